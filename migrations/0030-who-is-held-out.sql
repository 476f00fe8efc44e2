-- What a lift is measured by: out of what a ghost was held, and how likely that was of everybody at that moment.

ALTER TABLE decisions
  ADD COLUMN held_out_of text CHECK (held_out_of IN ('all', 'offer')),
  -- 0 to 1; NULL is nought: nobody was held out of all offers.
  ADD COLUMN universal_share real;

-- Ghosts of before say it in words.
UPDATE decisions SET held_out_of = CASE
  WHEN jsonb_path_exists(considered, '$[*].reasons[*] ? (@.detail starts with "held out of all offers")') THEN 'all'
  ELSE 'offer' END
WHERE outcome = 'ghost';
