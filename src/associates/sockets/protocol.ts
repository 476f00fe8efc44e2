import type { Namespace, Socket } from 'socket.io';
import type { PrincipalOf, StoreId } from '../../shared/index.js';
import type { FloorTold } from '../roster/roster.rules.js';
import type { VisitItem } from '../visits.dto.js';

export const FLOOR = '/floor';

/** What a tablet may say; the last argument is the acknowledgement, what comes before it is not to be trusted. */
export interface TabletToServer {
  join: (...args: unknown[]) => void;
}

export type ServerToTablet = {
  /** All who are there: replaces what the tablet knew. */
  presence: (presence: { visits: VisitItem[] }) => void;
} & { [Event in keyof FloorTold]: (told: FloorTold[Event]) => void };

/** What is known of a socket once it is let in. */
export interface Known {
  associate: PrincipalOf<'staff'>;
  /** The one store that it looks at: events name none. */
  storeId?: StoreId;
}

export type FloorNamespace = Namespace<TabletToServer, ServerToTablet, Record<string, never>, Known>;
export type FloorSocket = Socket<TabletToServer, ServerToTablet, Record<string, never>, Known>;

export function roomOf(storeId: StoreId): string {
  return `store:${storeId}`;
}
