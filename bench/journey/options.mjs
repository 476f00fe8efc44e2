import { parseArgs } from 'node:util';

/** How the program is started: everything in one process, or HTTP and sockets apart from decisions. */
const CANDIDATES = ['aislecue', 'aislecue-split', 'floor'];

/** The options of the command line, checked. Rates are zone entries a second, times are seconds. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      rates: { type: 'string' },
      seconds: { type: 'string' },
      rounds: { type: 'string', default: '1' },
      only: { type: 'string', default: CANDIDATES.join(',') },
      reward: { type: 'string', default: 'percentOff' },
      profile: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  });
  const only = values.only.split(',');
  for (const name of only) {
    if (!CANDIDATES.includes(name)) throw new Error(`--only: ${name} is none of ${CANDIDATES.join(', ')}`);
  }
  return {
    rates: (values.rates ?? (values.quick ? '100' : '100,500,1000')).split(',').map(positive('--rates')),
    seconds: positive('--seconds')(values.seconds ?? (values.quick ? '5' : '10')),
    rounds: positive('--rounds')(values.rounds),
    only,
    reward: values.reward,
    /** A folder for CPU profiles of our processes; a profiled run's figures are no figures. */
    profile: values.profile,
  };
}

function positive(option) {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1)
      throw new Error(`${option}: ${text} is no whole number from 1`);
    return value;
  };
}
