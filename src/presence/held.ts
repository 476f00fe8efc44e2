import type { Presence } from './state.js';

/** What Redis holds of a shopper. */
export interface Held {
  /** Names this one state for ever, '' where nothing is held: whoever writes next must have seen it. */
  version: string;
  /** Undefined: in no store. */
  presence: Presence | undefined;
  /** The presence as it is kept, where it was packed already. */
  state: Buffer | undefined;
}

export const NOTHING: Held = { version: '', presence: undefined, state: undefined };
