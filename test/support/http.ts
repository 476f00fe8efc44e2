/** What came back, for tests to look into as they expect it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

export interface Reply {
  status: number;
  body: Json;
  headers: Headers;
}

export interface Ask {
  /** An API key, a shopper's token or a staff session. */
  as?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export type Call = (method: string, path: string, ask?: Ask) => Promise<Reply>;

/** Speaks to a program at an address. A body that is a string is sent as it is. */
export function callerOf(url: string): Call {
  return async (method, path, ask = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(ask.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(ask.as === undefined ? {} : { authorization: `Bearer ${ask.as}` }),
        ...ask.headers,
      },
      ...(ask.body === undefined
        ? {}
        : { body: typeof ask.body === 'string' ? ask.body : JSON.stringify(ask.body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    };
  };
}
