-- What an offer would have said to somebody who is held out: its words, reward and end, as the app would have got them.
ALTER TABLE decisions ADD COLUMN ghost jsonb;
