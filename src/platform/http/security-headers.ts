import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** The pages of the console: its components write their sizes into style elements. Scripts are files there too. */
const PAGES = /^\/(console|phone|floor)(\/|$)/;

/** Scripts and styles are files of ours, pictures of offers come by https, nothing frames us, nothing is posted away. */
const POLICY = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:', 'https:'],
  connectSrc: ["'self'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};
const POLICY_OF_PAGES = { ...POLICY, styleSrc: ["'self'", "'unsafe-inline'"] };

/** The headers that keep a browser from doing with our pages what we did not mean. */
export async function addSecurityHeaders(fastify: FastifyInstance, publicUrl: string): Promise<void> {
  fastify.addHook('onRoute', (route) => {
    if (!PAGES.test(route.url)) return;
    route.helmet = { contentSecurityPolicy: { useDefaults: false, directives: POLICY_OF_PAGES } };
  });
  await fastify.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: POLICY },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    // Over http a browser ignores it, and a shop that is tried out on a laptop must stay reachable.
    hsts: publicUrl.startsWith('https:') && { maxAge: 31_536_000, includeSubDomains: false },
  });
}
