import { Contested } from './contested.js';
import type { ShopperId } from '../shared/index.js';

const ada = 'ada' as ShopperId;

describe('contested shoppers', () => {
  it('are those whom another process wrote, until eight hearings passed without it', () => {
    const contested = new Contested(10);
    expect(contested.has(ada)).toBe(false);
    contested.note(ada);
    for (let hearing = 1; hearing <= 8; hearing += 1) {
      expect(contested.has(ada)).toBe(true);
      contested.noteQuiet(ada);
    }
    expect(contested.has(ada)).toBe(false);
    contested.noteQuiet(ada);
    expect(contested.has(ada)).toBe(false);
  });

  it('begin anew with each write of another', () => {
    const contested = new Contested(10);
    contested.note(ada);
    for (let hearing = 1; hearing <= 20; hearing += 1) {
      contested.noteQuiet(ada);
      if (hearing % 7 === 0) contested.note(ada);
      expect(contested.has(ada)).toBe(true);
    }
  });
});
