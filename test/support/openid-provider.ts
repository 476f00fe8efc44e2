import { createServer, type Server } from 'node:http';
import Provider from 'oidc-provider';

/** Who signs in at the provider next. */
interface Account {
  email: string;
  verified: boolean;
}

/** A real OpenID provider on loopback, at whose page whoever is `next` signs in without being asked. */
export class OpenIdServer {
  next: Account = { email: 'nobody@shop.test', verified: true };
  readonly #accounts = new Map<string, Account>();

  private constructor(
    readonly issuer: string,
    private readonly server: Server,
  ) {}

  static async start(client: { id: string; secret: string; redirectUri: string }): Promise<OpenIdServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const openid = new OpenIdServer(`http://127.0.0.1:${port}`, server);
    const provider = new Provider(openid.issuer, {
      clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [client.redirectUri] }],
      claims: { openid: ['sub'], email: ['email', 'email_verified'] },
      cookies: { keys: ['of the test'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
      pkce: { required: () => true },
      findAccount: (_, accountId) => ({
        accountId,
        claims: () => {
          const { email, verified } = openid.#accounts.get(accountId) ?? openid.next;
          return { sub: accountId, email, email_verified: verified };
        },
      }),
      // Nobody is asked for a consent: it is the retailer's own provider.
      loadExistingGrant: async ({ oidc }) => {
        const grant = new provider.Grant({
          clientId: oidc.client?.clientId ?? '',
          accountId: oidc.session?.accountId ?? '',
        });
        grant.addOIDCScope('openid email');
        await grant.save();
        return grant;
      },
    });
    const answer = provider.callback();
    server.on('request', (request, response) => {
      if (!request.url?.startsWith('/interaction/')) {
        void answer(request, response);
        return;
      }
      const accountId = `account-${openid.#accounts.size + 1}`;
      openid.#accounts.set(accountId, openid.next);
      void provider.interactionFinished(request, response, { login: { accountId } });
    });
    return openid;
  }

  /** Takes a browser through the provider's pages, to where it is sent back: the address with the code. */
  async signIn(location: string): Promise<string> {
    const jar: { name: string; value: string; path: string }[] = [];
    let at = location;
    for (let hop = 0; hop < 10 && at.startsWith(this.issuer); hop += 1) {
      const { pathname } = new URL(at);
      const mine = jar.filter(({ path }) => pathname.startsWith(path));
      const cookie = mine.map(({ name, value }) => `${name}=${value}`).join('; ');
      const reply = await fetch(at, { redirect: 'manual', headers: { cookie } });
      for (const line of reply.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        jar.unshift({ name, value, path: /path=([^;]+)/i.exec(line)?.[1] ?? '/' });
      }
      at = new URL(reply.headers.get('location') ?? '', at).href;
    }
    return at;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
