import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock, Database, Problem, forbidden, timestamp } from '../../platform/index.js';
import {
  HOUR_MS,
  SECOND_MS,
  principalName,
  type Instant,
  type PrincipalOf,
  type StaffId,
  type StaffRole,
  type StoreId,
} from '../../shared/index.js';
import { SECRET_BYTES, credentialFrom, hashOf } from '../credential.rules.js';
import { Revocations } from '../revocations.js';
import { Passwords } from '../staff/passwords.js';
import type { Verified } from '../verified-credentials.js';
import { SignInThrottle } from './sign-in-throttle.js';

/** Who signed in. */
export interface SignedIn {
  staffId: StaffId;
  email: string;
  displayName: string;
  roles: StaffRole[];
  storeIds: StoreId[];
}

export interface Session {
  token: string;
  expiresAt: Instant;
  staff: SignedIn;
}

/** A working day and its overtime. */
export const SESSION_MS = 12 * HOUR_MS;

/** Sessions of staff: begun with a password, held as a token of which only the hash is kept. */
@Injectable()
export class Sessions {
  constructor(
    private readonly database: Database,
    private readonly passwords: Passwords,
    private readonly throttle: SignInThrottle,
    private readonly revocations: Revocations,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws Problem 401 `wrong-credentials`, the same whatever was wrong; 429 after five failures in a minute;
   *   503 while failures cannot be counted
   */
  async begin(email: string, password: string, address: string): Promise<Session> {
    await this.throttle.arrives(address);
    const staff = await this.throttle.inTurn(email, () => this.#recognise(email, password));
    await this.throttle.succeeded(email, address);
    return this.#open(staff);
  }

  /**
   * A session for whom an identity provider vouches.
   *
   * @throws Problem 403 `no-account` when nobody on the staff has this address, or may work
   */
  async beginVouched(email: string): Promise<Session> {
    const found = await this.#find(email);
    if (found === undefined) throw forbidden('no-account', 'Nobody on the staff has this e-mail address.');
    const { passwordHash: _, ...staff } = found;
    return this.#open(staff);
  }

  async #open(staff: SignedIn): Promise<Session> {
    const token = credentialFrom('session', randomBytes(SECRET_BYTES));
    const now = this.clock.now();
    const expiresAt = now + SESSION_MS;
    await this.database.transaction(async (tx) => {
      await tx.run('DELETE FROM staff_sessions WHERE staff_id = $1 AND expires_at <= $2', [
        staff.staffId,
        timestamp(now),
      ]);
      await tx.run(
        'INSERT INTO staff_sessions (token_hash, staff_id, created_at, expires_at) VALUES ($1, $2, $3, $4)',
        [hashOf(token), staff.staffId, timestamp(now), timestamp(expiresAt)],
      );
    });
    return { token, expiresAt, staff };
  }

  /** Ends one session; others of the same person go on. */
  async end(token: string, principal: PrincipalOf<'staff'>): Promise<void> {
    // Sessions are remembered by person: their others are looked up once more and found good.
    const revocation = await this.database.transaction(async (tx) => {
      await tx.run('DELETE FROM staff_sessions WHERE token_hash = $1', [hashOf(token)]);
      return this.revocations.note(tx, principalName(principal));
    });
    this.revocations.tell(revocation);
  }

  /** Whose session this is; undefined when it ended, or its owner may not work any more. */
  async verify(hash: Buffer): Promise<Verified | undefined> {
    const [row] = await this.database.query<Omit<PrincipalOf<'staff'>, 'kind'> & { expiresAt: Instant }>(
      `SELECT staff_id AS "staffId", roles, store_ids AS "storeIds", expires_at AS "expiresAt"
       FROM staff_sessions JOIN staff USING (staff_id)
       WHERE token_hash = $1 AND active AND expires_at > $2`,
      [hash, timestamp(this.clock.now())],
    );
    if (row === undefined) return undefined;
    const { expiresAt, ...staff } = row;
    return { principal: { kind: 'staff', ...staff }, expiresAt };
  }

  async #recognise(email: string, password: string): Promise<SignedIn> {
    const waitMs = await this.throttle.waitMs(email);
    if (waitMs > 0) {
      throw new Problem(429, 'too-many-attempts', 'Too many failures to sign in: wait, then try again.', {
        retryAfterSeconds: Math.ceil(waitMs / SECOND_MS),
      });
    }
    const found = await this.#find(email);
    if (!(await this.passwords.matches(found?.passwordHash, password)) || found === undefined) {
      await this.throttle.failed(email);
      throw new Problem(401, 'wrong-credentials', 'This e-mail address and password do not go together.');
    }
    const { passwordHash: _, ...staff } = found;
    return staff;
  }

  async #find(email: string): Promise<(SignedIn & { passwordHash: string }) | undefined> {
    const [found] = await this.database.query<SignedIn & { passwordHash: string }>(
      `SELECT staff_id AS "staffId", email, display_name AS "displayName", roles, store_ids AS "storeIds",
              password_hash AS "passwordHash"
       FROM staff WHERE email = $1 AND active`,
      [email],
    );
    return found;
  }
}
