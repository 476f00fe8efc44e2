import {
  SECOND_MS,
  type ConsentPurpose,
  type Consents,
  type Instant,
  type ShopperId,
} from '../shared/index.js';

export const PURPOSES = ['location', 'profiling', 'push', 'clienteling'] as const satisfies ConsentPurpose[];

/** How far ahead the clock of whoever states a consent may run. */
export const FUTURE_TOLERANCE_MS = 5 * SECOND_MS;

/** What was said of one purpose, and when it was said. */
export interface Statement {
  granted: boolean;
  policyVersion: string;
  source: string;
  at: Instant;
}

/** A statement as it comes in; without `at` it is about the moment of its receipt. */
export type Said = Omit<Statement, 'at'> & { at?: Instant | undefined };

/** A statement about one shopper's purpose. */
export type SaidOf = Said & { shopperId: ShopperId; purpose: ConsentPurpose };
export type StatementOf = Statement & { shopperId: ShopperId; purpose: ConsentPurpose };

/** What is held of one shopper, by purpose; a purpose never spoken of is missing. */
export type Held = ReadonlyMap<ConsentPurpose, Statement>;

/** What a batch of statements comes to. */
export interface Outcome {
  /** Every statement that says something new, with its time, in the order they came: for the history. */
  history: StatementOf[];
  /** The statements that stand now and did not before, one a shopper and purpose. */
  standing: StatementOf[];
  /** What was granted before the batch and is not after it. */
  withdrawn: { shopperId: ShopperId; purpose: ConsentPurpose }[];
}

/** True when a statement claims to be of a time that has not come. */
export function isInTheFuture(said: Pick<Said, 'at'>, receivedAt: Instant): boolean {
  return said.at !== undefined && said.at > receivedAt + FUTURE_TOLERANCE_MS;
}

/**
 * The time that counts. A statement without one is the newest there is: it is put no earlier than what stands,
 * because the clocks of two processes differ by some milliseconds and a withdrawal must not lose by them.
 */
export function timeOf(said: Said, receivedAt: Instant, standing: Statement | undefined): Instant {
  return said.at ?? Math.max(receivedAt, standing?.at ?? receivedAt);
}

/** True when `statement` overturns what stands; of two said at the same moment, the one that came last does. */
export function overturns(statement: Statement, standing: Statement | undefined): boolean {
  return standing === undefined || statement.at >= standing.at;
}

/** Works a batch of statements, in the order they came, into what is held. */
export function workIn(
  batch: readonly SaidOf[],
  held: ReadonlyMap<ShopperId, Held>,
  receivedAt: Instant,
): Outcome {
  const history: StatementOf[] = [];
  const changed = new Map<string, StatementOf>();
  for (const said of batch) {
    const { shopperId, purpose } = said;
    const key = `${shopperId}\n${purpose}`;
    const standing = changed.get(key) ?? held.get(shopperId)?.get(purpose);
    if (isRepetition(said, standing)) continue;
    const statement: StatementOf = {
      shopperId,
      purpose,
      granted: said.granted,
      policyVersion: said.policyVersion,
      source: said.source,
      at: timeOf(said, receivedAt, standing),
    };
    history.push(statement);
    if (overturns(statement, standing)) changed.set(key, statement);
  }
  const standing = [...changed.values()];
  const withdrawn = standing
    .filter(({ granted, shopperId, purpose }) => !granted && held.get(shopperId)?.get(purpose)?.granted)
    .map(({ shopperId, purpose }) => ({ shopperId, purpose }));
  return { history, standing, withdrawn };
}

/**
 * What stands when two shoppers become one: a purpose is granted only where both granted it. What somebody granted and
 * is no longer, counts as withdrawn.
 *
 * @param now when the statement is made that a merge itself makes
 */
export function mergedConsents(
  { from, into }: { from: Held | undefined; into: Held | undefined },
  shopperId: ShopperId,
  now: Instant,
): Outcome {
  const outcome: Outcome = { history: [], standing: [], withdrawn: [] };
  for (const purpose of PURPOSES) {
    const [theirs, ours] = [from?.get(purpose), into?.get(purpose)];
    const granted = [theirs, ours].filter((statement) => statement?.granted);
    if (granted.length === 1) outcome.withdrawn.push({ shopperId, purpose });
    const stands = granted.length === 1 ? refusalOf(theirs, ours, now) : (ours ?? theirs);
    if (stands === undefined || stands === ours) continue;
    outcome.standing.push({ shopperId, purpose, ...stands });
    if (stands !== theirs) outcome.history.push({ shopperId, purpose, ...stands });
  }
  return outcome;
}

/** One granted: the other's refusal stands, or where nothing was said, one that the merge makes. */
function refusalOf(
  theirs: Statement | undefined,
  ours: Statement | undefined,
  now: Instant,
): Statement | undefined {
  const granted = theirs?.granted === true ? theirs : ours;
  const other = granted === theirs ? ours : theirs;
  // An older refusal would lose to a repeated grant of a later time: it is said again, now.
  return (
    granted && {
      ...(other ?? granted),
      granted: false,
      source: other?.source ?? 'merge',
      at: Math.max(now, granted.at),
    }
  );
}

/** Yes or no for each purpose; what was never said is no. */
export function summaryOf(held: Held | undefined): Consents {
  const granted = (purpose: ConsentPurpose): boolean => held?.get(purpose)?.granted ?? false;
  return {
    location: granted('location'),
    profiling: granted('profiling'),
    push: granted('push'),
    clienteling: granted('clienteling'),
  };
}

/** The very statement that stands, sent again: it adds nothing to the history. */
function isRepetition(said: Said, standing: Statement | undefined): boolean {
  return (
    standing !== undefined &&
    said.at === standing.at &&
    said.granted === standing.granted &&
    said.policyVersion === standing.policyVersion &&
    said.source === standing.source
  );
}
