import { phone, type Phone } from './phone.js';
import { until } from './until.js';

/* eslint-disable @typescript-eslint/no-explicit-any */
const EVENTS = ['presence', 'arrived', 'moved', 'left', 'offered', 'claimed', 'message'] as const;
type Event = (typeof EVENTS)[number];

/** A tablet on the shop floor, as far as its socket goes. Hang up with `hangUpAll`. */
export interface Tablet {
  /** All that came, in order. */
  told: { event: Event; body: any }[];
  /** Waits until an event has come that holds, and gives its body. */
  hears(event: Event, holds?: (body: any) => boolean): Promise<any>;
  join(storeId: string): Promise<any>;
  socket: Phone['socket'];
}

export async function tablet(url: string, token: string): Promise<Tablet> {
  const { socket, say } = await phone(url, token, { namespace: '/floor', transports: ['websocket'] });
  const told: Tablet['told'] = [];
  for (const event of EVENTS) socket.on(event, (body: unknown) => told.push({ event, body }));
  return {
    told,
    hears: async (event, holds = () => true) => {
      const held = (): Tablet['told'] => told.filter((each) => each.event === event && holds(each.body));
      return (await until(held, (all) => all.length > 0)).at(0)?.body as unknown;
    },
    join: (storeId) => say('join', { storeId }),
    socket,
  };
}
