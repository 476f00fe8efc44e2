import fc from 'fast-check';
import { SECOND_MS } from '../../shared/index.js';
import { computeEid } from './eid.rules.js';
import {
  coverage,
  endOf,
  entriesBetween,
  isBelieved,
  nameOf,
  namesOf,
  readEntry,
  roundMs,
  SHARES,
  slackMs,
  windowsAround,
  writeEntry,
  type RotatingIdentity,
  type TableEntry,
} from './table.rules.js';

const NOW = 1_800_000_000_000;
const identity = (change: Partial<RotatingIdentity> = {}): RotatingIdentity => ({
  name: nameOf(Buffer.from('00112233445566778899aabbccddeeff', 'hex')),
  key: Buffer.from('0102030405060708090a111213141516', 'hex'),
  rotationExponent: 10,
  declaredOffsetSeconds: 0,
  clockOffsetSeconds: 0,
  ...change,
});
/** What the beacon advertises at a moment of ours. */
const advertised = (of: RotatingIdentity, at: number, offsetSeconds = of.clockOffsetSeconds): string =>
  computeEid(of, Math.floor(at / SECOND_MS) + offsetSeconds);
const written = (of: RotatingIdentity, from: number, to: number, knownBefore = false) =>
  entriesBetween(of, { from, to, knownBefore });

describe('the table of ephemeral identifiers', () => {
  it('holds the last, the current and the next, and drops each a window after its own', () => {
    const entries = written(identity(), NOW, NOW);
    expect([...entries.keys()]).toEqual(
      [-1, 0, 1].map((step) => advertised(identity(), NOW + step * 1_024_000)),
    );
    const windowEnds = Math.floor(NOW / 1_024_000 + 1) * 1_024_000;
    expect(entries.get(advertised(identity(), NOW))?.until).toBe(windowEnds + 1_024_000);
  });

  it.each([
    [0, 60],
    [4, 4],
    [6, 1],
    [15, 1],
  ])('widens windows of 2^%i s by %i, at least a minute', (rotationExponent, around) => {
    expect(windowsAround(rotationExponent)).toBe(around);
  });

  const anyOffset = fc.oneof(
    fc.integer({ min: -100, max: 100 }),
    fc.integer({ min: -1_000_000, max: 1_000_000 }),
  );
  const anyIdentity = fc.record({
    rotationExponent: fc.integer({ min: 0, max: 15 }),
    clockOffsetSeconds: anyOffset,
    declaredOffsetSeconds: anyOffset,
  });

  it('knows whatever a beacon advertises from a minute before to a minute after its time', () => {
    fc.assert(
      fc.property(anyIdentity, fc.nat(300), fc.integer({ min: -60, max: 60 }), (change, later, off) => {
        const each = identity(change);
        const at = NOW + later * SECOND_MS;
        const entries = written(each, NOW, NOW + 300 * SECOND_MS);
        for (const offset of [each.clockOffsetSeconds, each.declaredOffsetSeconds]) {
          const entry = entries.get(advertised(each, at + off * SECOND_MS, offset));
          expect(entry && isBelieved(readEntry(writeEntry(entry)), at)).toBe(true);
          expect(entry && endOf(entry)).toBeGreaterThan(at);
        }
      }),
      {
        numRuns: 60,
        examples: [[{ rotationExponent: 0, clockOffsetSeconds: 0, declaredOffsetSeconds: -5 }, 1, -56]],
      },
    );
  });

  it('written round by round lacks nothing of what is written at once, and repeats nothing', () => {
    fc.assert(
      fc.property(anyIdentity, fc.array(fc.nat(200), { maxLength: 5 }), (change, steps) => {
        const each = identity(change);
        let until = NOW + 60_000;
        const parts = [...written(each, NOW, until).keys()];
        for (const step of steps) {
          const next = until + step * SECOND_MS;
          parts.push(...written(each, until, next, true).keys());
          until = next;
        }
        expect(new Set(parts)).toEqual(new Set(written(each, NOW, until).keys()));
        if (each.clockOffsetSeconds === each.declaredOffsetSeconds) {
          expect(new Set(parts).size).toBe(parts.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('believes both clocks whatever lies between them, written at once or round by round', () => {
    const between = fc.oneof(fc.integer({ min: -6_000, max: 6_000 }), fc.integer({ min: -1e6, max: 1e6 }));
    fc.assert(
      fc.property(fc.constantFrom(0, 4, 10), between, (rotationExponent, clockOffsetSeconds) => {
        const each = identity({ rotationExponent, clockOffsetSeconds });
        const table = new Map<string, TableEntry>();
        let until = NOW;
        for (let at = NOW; at < NOW + 4_000_000; at += 97_000) {
          if (at >= until - slackMs(rotationExponent)) {
            const to = at + roundMs(rotationExponent) + slackMs(rotationExponent);
            const span = { from: until, to, knownBefore: at > NOW };
            for (const [eid, entry] of entriesBetween(each, span)) table.set(eid, entry);
            until = to;
          }
          for (const offset of [0, clockOffsetSeconds]) {
            const entry = table.get(advertised(each, at, offset));
            expect(entry && isBelieved(readEntry(writeEntry(entry)), at)).toBe(true);
            expect(entry && endOf(entry)).toBeGreaterThan(at);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('believes no identifier for longer than its window and those around it, by each of two clocks', () => {
    const each = identity({ clockOffsetSeconds: -5_000 });
    const eid = advertised(each, NOW);
    const entry = written(each, NOW, NOW).get(eid)!;
    const seconds = Array.from({ length: 40_000 }, (_, nth) => nth - 20_000);
    const believed = seconds.filter((second) => isBelieved(entry, NOW + second * SECOND_MS));
    expect(believed).toHaveLength(2 * 3 * 1_024);
  });

  it('believes an identifier from one window before its own to one after, though it is written earlier', () => {
    const starts = 1_000_000 * 1_024_000;
    const entry = written(identity(), starts, starts).get(advertised(identity(), starts));
    if (entry === undefined) throw new Error('not written');
    const believed = [-1_024_001, -1_024_000, 0, 2_047_999, 2_048_000];
    expect(believed.map((ms) => isBelieved(entry, starts + ms))).toEqual([false, true, true, true, false]);
  });

  it('keeps an entry as text', () => {
    const entry = {
      name: identity().name,
      rotationExponent: 10,
      offsetSeconds: -1_700_000_000,
      until: NOW,
    };
    expect(readEntry(writeEntry(entry))).toEqual(entry);
    expect(writeEntry(entry).length).toBeLessThanOrEqual(44);
  });
});

describe('shares of the keys', () => {
  it('hold every name once', () => {
    const name = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((mark) => nameOf(Buffer.from(mark)));
    fc.assert(
      fc.property(name, (each) => {
        const holding = Array.from({ length: SHARES }, (_, number) =>
          namesOf({ rotationExponent: 0, number }),
        ).filter(({ first, end }) => each >= first && each < end);
        expect(holding).toHaveLength(1);
      }),
    );
  });

  it.each([0, 10, 15])('are due again before what they cover ends (2^%i s)', (k) => {
    for (const roll of [0, 0.999]) {
      const { dueAt, until } = coverage(k, NOW, roll);
      expect(dueAt).toBeGreaterThanOrEqual(NOW + roundMs(k) / 2);
      expect(dueAt).toBeLessThanOrEqual(NOW + roundMs(k));
      expect(until).toBe(dueAt + slackMs(k));
    }
  });
});
