import { mayOpenSockets } from './origins.rules.js';

describe('the origin of a page that opens sockets', () => {
  it.each([
    ['none: an app', undefined, 'shop.test', true],
    ['our own page', 'https://shop.test', 'shop.test', true],
    ['our own page on a port', 'http://127.0.0.1:3000', '127.0.0.1:3000', true],
    ['our own page, the host in capitals', 'http://shop.test', 'SHOP.test', true],
    ['a page that is on the list', 'https://app.test', 'shop.test', true],
    ['a page of the same host on another port', 'http://shop.test:81', 'shop.test', false],
    ['a page that is not on the list', 'https://evil.test', 'shop.test', false],
    ['a page whose host begins like ours', 'https://shop.test.evil.test', 'shop.test', false],
    ['a list entry by another scheme', 'http://app.test', 'shop.test', false],
    ['no origin at all', 'null', 'shop.test', false],
    ['our page of a request without host', 'https://shop.test', undefined, false],
  ])('%s', (_, origin, host, may) => {
    expect(mayOpenSockets(origin, host, ['https://app.test'])).toBe(may);
  });
});
