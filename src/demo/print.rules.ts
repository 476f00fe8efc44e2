import { becauseOf } from './shop/offers.rules.js';

/** What the ledger tells of a decision; what the demo reads of it. */
export interface Explained {
  offerId?: string;
  zoneId?: string;
  considered: { offerId: string; score?: number; reasons: { code: string }[] }[];
  latencyMs: Record<string, number>;
}

interface Told {
  at: Date;
  who: string;
  where: string;
  title: string;
  offerName: string;
  decision: Explained | undefined;
  way: 'socket' | 'push';
}

/** `14:02:07  Ann M. at Coffee & tea: "Running low?" — coffee filters due (dueProbability 0.83)  18 ms` */
export function lineOf({ at, who, where, title, offerName, decision, way }: Told): string {
  const winner = decision?.considered.find(({ offerId }) => offerId === decision.offerId);
  const latency = latencyOf(decision);
  const took = latency === undefined ? '' : `  ${latency} ms`;
  const byPush = way === 'push' ? ', by push' : '';
  return `${clockOf(at)}  ${who} at ${where}: "${title}" — ${becauseOf(offerName, winner?.score)}${took}${byPush}`;
}

/** From receipt of the sighting to the phone, else as far as the ledger knows, in milliseconds. */
function latencyOf(decision: Explained | undefined): number | undefined {
  const { acknowledged, emitted, pushed, decided } = decision?.latencyMs ?? {};
  const latency = acknowledged ?? emitted ?? pushed ?? decided;
  return latency === undefined ? undefined : Math.round(latency);
}

function clockOf(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
}
