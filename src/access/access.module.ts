import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { Authenticator, Housekeeping, SETTINGS } from '../platform/index.js';
import type { Settings } from '../platform/index.js';
import { AuditController } from './audit/audit.controller.js';
import { Audit } from './audit/audit.service.js';
import { CredentialAuthenticator } from './credential-authenticator.js';
import { ApiKeys } from './keys/api-keys.service.js';
import { KeysController } from './keys/keys.controller.js';
import { Revocations } from './revocations.js';
import { ShopperLooks } from './looks/shopper-looks.js';
import { OidcController } from './sessions/oidc/oidc.controller.js';
import { OpenIdProvider } from './sessions/oidc/openid-provider.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { Sessions } from './sessions/sessions.service.js';
import { SignInThrottle } from './sessions/sign-in-throttle.js';
import { Passwords } from './staff/passwords.js';
import { StaffAccounts } from './staff/staff-accounts.service.js';
import { StaffController } from './staff/staff.controller.js';
import { IdentityProvider } from './tokens/identity-provider.js';
import { ShopperTokens } from './tokens/shopper-tokens.service.js';
import { SigningKey } from './tokens/signing-key.js';
import { TokenHolders } from './tokens/token-holders.js';
import { TokensController } from './tokens/tokens.controller.js';
import { VerifiedCredentials } from './verified-credentials.js';

/** Global: the platform's guard asks for the authenticator, and every room writes to the audit. */
@Global()
@Module({
  controllers: [
    KeysController,
    TokensController,
    StaffController,
    SessionsController,
    OidcController,
    AuditController,
  ],
  providers: [
    { provide: Authenticator, useClass: CredentialAuthenticator },
    {
      provide: SigningKey,
      inject: [SETTINGS],
      useFactory: ({ secret }: Settings) => SigningKey.from(secret),
    },
    ApiKeys,
    Audit,
    OpenIdProvider,
    Passwords,
    Revocations,
    Sessions,
    ShopperTokens,
    IdentityProvider,
    ShopperLooks,
    SignInThrottle,
    StaffAccounts,
    TokenHolders,
    VerifiedCredentials,
  ],
  exports: [Authenticator, ApiKeys, Audit, ShopperLooks, ShopperTokens, StaffAccounts],
})
export class AccessModule implements OnModuleInit {
  constructor(
    private readonly housekeeping: Housekeeping,
    private readonly revocations: Revocations,
  ) {}

  onModuleInit(): void {
    this.housekeeping.onTidy(() => this.revocations.tidy());
  }
}
