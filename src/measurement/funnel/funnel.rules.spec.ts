import { stepsOf } from './funnel.rules.js';

describe('the steps of visits', () => {
  it('are shares of the first step and of the one before', () => {
    const counts = {
      visits: 200,
      moment: 100,
      offered: 40,
      received: 30,
      opened: 0,
      bought: 0,
      boughtUnopened: 3,
    };
    expect(stepsOf(counts)).toEqual([
      { step: 'visits', visits: 200, ofFirst: 1, ofPrevious: null },
      { step: 'moment', visits: 100, ofFirst: 0.5, ofPrevious: 0.5 },
      { step: 'offered', visits: 40, ofFirst: 0.2, ofPrevious: 0.4 },
      { step: 'received', visits: 30, ofFirst: 0.15, ofPrevious: 0.75 },
      { step: 'opened', visits: 0, ofFirst: 0, ofPrevious: 0 },
      { step: 'bought', visits: 0, ofFirst: 0, ofPrevious: null },
    ]);
  });

  it('have no shares of nothing', () => {
    const none = { visits: 0, moment: 0, offered: 0, received: 0, opened: 0, bought: 0, boughtUnopened: 0 };
    expect(stepsOf(none).every(({ ofFirst, ofPrevious }) => ofFirst === null && ofPrevious === null)).toBe(
      true,
    );
  });
});
