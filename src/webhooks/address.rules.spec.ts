import { isPublic, urlFault, usable } from './address.rules.js';

describe('the address of a webhook', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'localhost',
    '',
  ])('%s is not public', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  it.each(['8.8.8.8', '93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946'])('%s is public', (address) => {
    expect(isPublic(address)).toBe(true);
  });

  it.each([
    ['https://example.com/hook?x=1', undefined],
    ['http://example.com/', 'not-https'],
    ['ftp://example.com/', 'not-https'],
    ['file:///etc/passwd', 'not-https'],
    ['nonsense', 'not-a-url'],
    ['https://user:pass@example.com/', 'has-credentials'],
    ['https://127.0.0.1/', 'private-address'],
    // All of these are 127.0.0.1, as browsers and Node read them.
    ['https://2130706433/', 'private-address'],
    ['https://0x7f.1/', 'private-address'],
    ['https://0177.0.0.1/', 'private-address'],
    ['https://[::1]/', 'private-address'],
    ['https://[::ffff:7f00:1]/', 'private-address'],
  ])('%s: %s', (url, fault) => {
    expect(urlFault(url, false)).toBe(fault);
  });

  it('may be private and plain where a setting says so', () => {
    expect(urlFault('http://127.0.0.1:8080/', true)).toBeUndefined();
    expect(urlFault('ftp://127.0.0.1/', true)).toBe('not-https');
  });

  it('is not used at all when one of those that its name stands for is private', () => {
    expect(usable(['8.8.8.8', '10.0.0.1'], false)).toEqual([]);
    expect(usable(['8.8.8.8', '8.8.4.4'], false)).toEqual(['8.8.8.8', '8.8.4.4']);
    expect(usable(['127.0.0.1'], true)).toEqual(['127.0.0.1']);
  });
});
