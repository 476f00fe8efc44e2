import { parseArgs } from 'node:util';

/** How the program is started: everything in one process, or HTTP and sockets apart from decisions. */
const CANDIDATES = ['aislecue', 'aislecue-split', 'floor'];
/**
 * Where the offer is waited for: at an open app that acknowledges; at the push service, with no app open; at the push
 * service, with an app that is open and never acknowledges.
 */
const PHONES = ['open', 'pocket', 'silent'];

/** The options of the command line, checked. Rates are zone entries a second, times are seconds. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      rates: { type: 'string' },
      seconds: { type: 'string' },
      rounds: { type: 'string', default: '1' },
      only: { type: 'string' },
      phones: { type: 'string', default: 'open' },
      reward: { type: 'string', default: 'percentOff' },
      profile: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  });
  const { phones } = values;
  if (!PHONES.includes(phones)) throw new Error(`--phones: ${phones} is none of ${PHONES.join(', ')}`);
  // The floor pushes nothing.
  const able = phones === 'open' ? CANDIDATES : CANDIDATES.filter((name) => name !== 'floor');
  const only = values.only?.split(',') ?? able;
  for (const name of only) {
    if (!able.includes(name)) throw new Error(`--only: ${name} is none of ${able.join(', ')}`);
  }
  return {
    rates: (values.rates ?? (values.quick ? '100' : '100,500,1000')).split(',').map(positive('--rates')),
    seconds: positive('--seconds')(values.seconds ?? (values.quick ? '5' : '10')),
    rounds: positive('--rounds')(values.rounds),
    only,
    phones,
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
