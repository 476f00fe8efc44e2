import type { Work } from '../../shared/work.js';

export interface Place {
  at: number[];
  height: number;
}

export interface Climb {
  /** Edge of the first simplex. */
  edge: number;
  /** Ends where best and worst differ by less in height, and the two best by less in every coordinate. */
  settled: number;
  steps: number;
}

/**
 * The highest place that the downhill simplex of Nelder and Mead (1965) finds from `start`: reflection by 1, expansion
 * by 2, contraction by a half. Where the simplex would have to shrink the climb ends: whoever asked begins anew with a
 * fresh one, which cures more. One turn for each look at the height.
 */
export function* climbed(
  height: (at: readonly number[]) => number,
  start: readonly number[],
  { edge, settled, steps }: Climb,
): Work<Place> {
  function* look(at: number[]): Work<Place> {
    yield;
    return { at, height: height(at) };
  }
  const places = [yield* look([...start])];
  for (let axis = 0; axis < start.length; axis += 1) {
    places.push(yield* look(start.map((each, i) => (i === axis ? each + edge : each))));
  }
  for (let step = 0; step < steps; step += 1) {
    places.sort(highestFirst);
    if (isSettled(places, settled)) break;
    const next = yield* replacing(places, look);
    if (next === undefined) break;
    places[places.length - 1] = next;
  }
  return places.sort(highestFirst)[0] as Place;
}

/** What takes the place of the worst; undefined where only shrinking would help. */
function* replacing(places: readonly Place[], look: (at: number[]) => Work<Place>): Work<Place | undefined> {
  const [best, worst] = [places[0] as Place, places[places.length - 1] as Place];
  const second = places[places.length - 2] as Place;
  const others = places.slice(0, -1);
  const centre = best.at.map(
    (_, i) => others.reduce((sum, { at }) => sum + (at[i] as number), 0) / others.length,
  );
  const beyond = (by: number): number[] =>
    centre.map((each, i) => (1 + by) * each - by * (worst.at[i] as number));
  const reflected = yield* look(beyond(1));
  if (reflected.height > best.height) {
    const expanded = yield* look(beyond(2));
    return expanded.height > reflected.height ? expanded : reflected;
  }
  if (reflected.height > second.height) return reflected;
  const isInside = reflected.height < worst.height;
  const contracted = yield* look(beyond(isInside ? -0.5 : 0.5));
  return contracted.height > (isInside ? worst : reflected).height ? contracted : undefined;
}

function isSettled(places: readonly Place[], settled: number): boolean {
  const [best, next, worst] = [places[0] as Place, places[1] as Place, places[places.length - 1] as Place];
  const apart = Math.max(...best.at.map((each, i) => Math.abs(each - (next.at[i] as number))));
  return Math.abs(best.height - worst.height) < settled && apart < settled;
}

function highestFirst(a: Place, b: Place): number {
  return b.height - a.height || 0;
}
