import { parseArgs } from 'node:util';
import { ASSUMPTIONS, simulationBody, Simulator } from '../../decisions/index.js';
import { headOf, OfferLists } from '../../offers/index.js';
import { parse } from '../../platform/index.js';
import { toRfc3339 } from '../../shared/index.js';
import { note, required, type Command } from '../command.js';
import { OPERATOR, withinRooms } from '../within-rooms.js';

export const simulateCommand: Command = {
  usage: `  simulate --offer OFFERID --from TIME --to TIME [--revision N] [--alone]
            replays the visits on record through an offer, live or draft; writes nothing (docs/simulations.md)`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        offer: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        revision: { type: 'string' },
        alone: { type: 'boolean', default: false },
      },
    });
    const { offerId, ...asked } = parse(simulationBody, {
      offerId: required(values.offer, '--offer'),
      from: required(values.from, '--from'),
      to: required(values.to, '--to'),
      ...(values.revision !== undefined && { revision: Number(values.revision) }),
      among: values.alone ? 'alone' : 'live',
    });
    return withinRooms(async (rooms) => {
      const { latest, live } = await rooms.get(OfferLists, { strict: false }).one(offerId, OPERATOR);
      const revision = asked.revision ?? headOf(latest, live).revision;
      const beganAt = performance.now();
      const simulated = await rooms
        .get(Simulator, { strict: false })
        .run({ ...asked, offerId, revision, storeIds: undefined }, ({ visitsDone, visitsTotal }) => {
          note(`${visitsDone} of ${visitsTotal} visits`);
          return Promise.resolve();
        });
      const seconds = (performance.now() - beganAt) / 1_000;
      note(`${Math.round(simulated.visits / seconds)} visits a second`);
      const { from, to, among } = asked;
      return {
        offerId,
        revision,
        from: toRfc3339(from),
        to: toRfc3339(to),
        among,
        ...simulated,
        assumptions: ASSUMPTIONS,
      };
    });
  },
};
