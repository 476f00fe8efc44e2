import { InOrder } from './in-order.js';

/** A piece of work that ends when it is told to. */
function work(): { done: Promise<void>; end(): void } {
  const ends: (() => void)[] = [];
  const done = new Promise<void>((resolve) => ends.push(resolve));
  return { done, end: () => ends[0]!() };
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('messages in hand', () => {
  it('are finished in the order in which they came, whichever is done first', async () => {
    const inOrder = new InOrder(10);
    const finished: number[] = [];
    const works = [work(), work(), work()];
    works.forEach(({ done }, index) =>
      inOrder.take(
        done,
        () => finished.push(index),
        () => undefined,
      ),
    );
    works[2]!.end();
    works[1]!.end();
    await settled();
    expect(finished).toEqual([]);
    works[0]!.end();
    await settled();
    expect(finished).toEqual([0, 1, 2]);
  });

  it('are only so many: the next may come when the first is finished', async () => {
    const inOrder = new InOrder(2);
    const room: string[] = [];
    const [first, second] = [work(), work()];
    inOrder.take(
      first.done,
      () => undefined,
      () => room.push('after first'),
    );
    inOrder.take(
      second.done,
      () => undefined,
      () => room.push('after second'),
    );
    expect(room).toEqual(['after first']);
    second.end();
    await settled();
    expect(room).toEqual(['after first']);
    first.end();
    await settled();
    expect(room).toEqual(['after first', 'after second']);
  });

  it('can be waited for', async () => {
    const inOrder = new InOrder(2);
    await inOrder.empty();
    const only = work();
    let isEmpty = false;
    inOrder.take(
      only.done,
      () => undefined,
      () => undefined,
    );
    void inOrder.empty().then(() => (isEmpty = true));
    await settled();
    expect(isEmpty).toBe(false);
    only.end();
    await settled();
    expect(isEmpty).toBe(true);
  });
});
