import helmet from '@fastify/helmet';
import { fastify as newFastify, type FastifyInstance, type FastifyRequest } from 'fastify';

type Headers = Readonly<Record<string, string>>;

/** The pages of the console: its components write their sizes into style elements. Scripts are files there too. */
const PAGES = /^\/(console|phone|floor)(\/|\?|$)/;

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

const NEVER_KEPT = { 'cache-control': 'no-store' };
/** A gateway shows its answers to nobody, and thousands come in a second. */
const BARE: Headers = { ...NEVER_KEPT, 'x-content-type-options': 'nosniff' };

const OF_THE_ANSWER = new Set([
  'date',
  'connection',
  'keep-alive',
  'content-length',
  'content-type',
  'transfer-encoding',
]);

/** Set by the route: its answers are for machines alone. */
interface RouteConfig {
  bare?: boolean;
}

/** The headers that keep a browser from doing with our pages what we did not mean. */
export async function addSecurityHeaders(fastify: FastifyInstance, publicUrl: string): Promise<void> {
  const strict = await headersWith(POLICY, publicUrl);
  const ofPages = await headersWith(POLICY_OF_PAGES, publicUrl);
  const headersFor = ({ routeOptions, url }: FastifyRequest): Headers => {
    if ((routeOptions.config as RouteConfig | undefined)?.bare) return BARE;
    return PAGES.test(url) ? ofPages : strict;
  };
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(headersFor(request));
    done();
  });
}

/** What helmet says with this policy. It is the same for every request, and asking it each time costs some 60 µs. */
async function headersWith(directives: typeof POLICY, publicUrl: string): Promise<Headers> {
  const probe = newFastify({ forceCloseConnections: true });
  await probe.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    // Over http a browser ignores it, and a shop that is tried out on a laptop must stay reachable.
    hsts: publicUrl.startsWith('https:') && { maxAge: 31_536_000, includeSubDomains: false },
  });
  probe.get('/', (_request, reply) => reply.status(204).send());
  const { headers } = await fetch(await probe.listen({ port: 0, host: '127.0.0.1' }));
  await probe.close();
  const set = [...headers.entries()].filter(([name]) => !OF_THE_ANSWER.has(name));
  return { ...NEVER_KEPT, ...Object.fromEntries(set) };
}
