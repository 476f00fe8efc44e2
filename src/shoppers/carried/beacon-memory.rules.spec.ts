import type { BeaconId, ShopperId } from '../../shared/index.js';
import { BeaconMemory, BELIEVED_MS } from './beacon-memory.rules.js';

const tag = (name: string): BeaconId => name as BeaconId;
const ada = 'ada' as ShopperId;

describe('what a process remembers of beacons', () => {
  it('is believed for five seconds from the question, strangers too', () => {
    const memory = new BeaconMemory();
    memory.learn(tag('a'), ada, 1_000);
    memory.learn(tag('b'), undefined, 1_000);
    expect(memory.recall(tag('a'), 1_000 + BELIEVED_MS - 1)?.shopperId).toBe(ada);
    expect(memory.recall(tag('b'), 1_000 + BELIEVED_MS - 1)).toMatchObject({ shopperId: undefined });
    expect(memory.recall(tag('a'), 1_000 + BELIEVED_MS)).toBeUndefined();
    expect(memory.size).toBe(1);
  });

  it('is forgotten at the hint of a change', () => {
    const memory = new BeaconMemory();
    memory.learn(tag('a'), ada, 0);
    memory.forget([tag('a'), tag('never heard of')]);
    expect(memory.recall(tag('a'), 1)).toBeUndefined();
  });

  it('is bounded: the longest unused goes first', () => {
    const memory = new BeaconMemory(2);
    memory.learn(tag('a'), ada, 0);
    memory.learn(tag('b'), ada, 0);
    memory.recall(tag('a'), 1);
    memory.learn(tag('c'), ada, 1);
    expect(memory.recall(tag('b'), 2)).toBeUndefined();
    expect(memory.recall(tag('a'), 2)?.shopperId).toBe(ada);
    expect(memory.recall(tag('c'), 2)?.shopperId).toBe(ada);
  });
});
