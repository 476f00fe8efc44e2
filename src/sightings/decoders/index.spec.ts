import { outcome } from '../../../test/support/decoding.js';
import { decoderOf, phoneRanging, readableFormats } from './index.js';

it('every format of the contract can be read, and no other', () => {
  expect([...readableFormats].sort()).toEqual(
    'aprilbrother espresense ingics kontakt meraki minew openmqttgateway ruuvi'.split(' '),
  );
  expect(decoderOf('phone-ranging')).toBeUndefined();
});

it.each(
  [...readableFormats.map((format) => decoderOf(format)!), phoneRanging].map((each) => [each.format, each]),
)('%s refuses what is no payload of its own with the place of the fault', (_, decoder) => {
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('{"a":1}', 'utf16le')]);
  for (const payload of [
    '',
    'nonsense',
    '7',
    'null',
    utf16,
    `${'['.repeat(200_000)}1${']'.repeat(200_000)}`,
  ]) {
    const read = outcome(decoder, payload);
    if (read.ok) expect(read.value.heard).toEqual([]);
    else expect(read.detail).toMatch(/^[a-z.]+: /);
  }
});
