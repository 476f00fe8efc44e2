-- What a lift is measured by: out of what a ghost was held, and how likely that was of everybody at that moment.

ALTER TABLE decisions
  ADD COLUMN held_out_of text CHECK (held_out_of IN ('all', 'offer')),
  -- NULL is nought: nobody was held out of all offers.
  ADD COLUMN universal_share real CHECK (universal_share > 0 AND universal_share <= 1);

-- Ghosts of before say it in words.
UPDATE decisions SET held_out_of = CASE
  WHEN jsonb_path_exists(considered, '$[*].reasons[*] ? (@.detail starts with "held out of all offers")') THEN 'all'
  ELSE 'offer' END
WHERE outcome = 'ghost';
