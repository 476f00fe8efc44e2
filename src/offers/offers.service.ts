import type { IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { badRequest, Clock, conflict, forbidden, notFound, parse, requireMatch } from '../platform/index.js';
import { FIELD_REGISTRY, FieldRegistry, validateRule } from '../rules/index.js';
import { principalName, type OfferId, type Outcome, type Principal } from '../shared/index.js';
import {
  approved,
  created,
  edited,
  headOfKept,
  rejected,
  rolledBack,
  submitted,
  switched,
  type Deed,
  type Kept,
} from './offer-change.rules.js';
import { hasEnded, offerDocument, type OfferDocument } from './offer.schema.js';
import { OffersLedger } from './offers.ledger.js';
import { mayWrite } from './scope.rules.js';
import type { Action } from './workflow.rules.js';

/** Somebody who asks for a change, and what they saw before. */
export interface Asker {
  principal: Principal;
  headers: IncomingHttpHeaders;
}

type Step = (kept: Kept, deed: Deed) => Outcome<Kept>;

/** Writes offers and moves them through their workflow. */
@Injectable()
export class Offers {
  constructor(
    private readonly ledger: OffersLedger,
    private readonly clock: Clock,
    @Inject(FIELD_REGISTRY) private readonly fields: FieldRegistry,
  ) {}

  create(document: OfferDocument, principal: Principal): Promise<Kept> {
    this.#check(document);
    requireScope(principal, document);
    const kept = created(this.clock.newId<OfferId>(), document, this.#deed(principal));
    return this.ledger.add(kept, principal);
  }

  /**
   * Lays fields over the revision that is shown.
   *
   * @throws Problem 428 without `If-Match`, 412 when somebody changed it meanwhile, 400 when the result is no offer
   */
  edit(offerId: OfferId, patch: Readonly<Record<string, unknown>>, asker: Asker): Promise<Kept> {
    return this.#change('edit', offerId, asker, (kept, deed) => {
      requireMatch(asker.headers, kept.offer.version);
      const merged: Record<string, unknown> = { ...headOfKept(kept).document, ...patch };
      const document = parse(
        offerDocument,
        Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)),
      );
      this.#check(document);
      requireScope(asker.principal, document);
      return edited(kept, document, deed);
    });
  }

  submit(offerId: OfferId, asker: Asker): Promise<Kept> {
    return this.#change('submit', offerId, asker, submitted);
  }

  approve(offerId: OfferId, comment: string | undefined, asker: Asker): Promise<Kept> {
    return this.#change('approve', offerId, asker, (kept, deed) => approved(kept, { ...deed, comment }));
  }

  reject(offerId: OfferId, comment: string | undefined, asker: Asker): Promise<Kept> {
    return this.#change('reject', offerId, asker, (kept, deed) => rejected(kept, { ...deed, comment }));
  }

  switch(action: 'pause' | 'resume' | 'archive', offerId: OfferId, asker: Asker): Promise<Kept> {
    return this.#change(action, offerId, asker, (kept, deed) => switched(action, kept, deed));
  }

  rollback(offerId: OfferId, revision: number | undefined, asker: Asker): Promise<Kept> {
    return this.#change('rollback', offerId, asker, (kept, deed) => rolledBack(kept, revision, deed));
  }

  /** Any change may name the version it was decided on; an edit must. */
  #change(action: Action, offerId: OfferId, asker: Asker, step: Step): Promise<Kept> {
    const { principal, headers } = asker;
    return this.ledger.change(action, offerId, principal, (kept) => {
      requireScope(principal, headOfKept(kept).document);
      if (headers['if-match'] !== undefined) requireMatch(headers, kept.offer.version);
      const outcome = step(kept, this.#deed(principal));
      return outcome.ok ? outcome.value : refuse(outcome);
    });
  }

  #check(document: OfferDocument): void {
    if (hasEnded(document, this.clock.now())) {
      const path = 'schedule.endsAt';
      const detail = `${document.schedule.endsAt ?? ''} is over: nobody would be made this offer`;
      throw badRequest('schedule-ended', `${path}: ${detail}`, [{ path, code: 'schedule-ended', detail }]);
    }
    const { eligibility } = document;
    const validation = validateRule(eligibility, this.fields, 'eligibility');
    if (validation.ok) return;
    const { faults } = validation;
    const code = faults.find((fault) => fault.code === 'unknown-field')?.code ?? 'invalid-request';
    throw badRequest(code, `${faults[0]?.path ?? ''}: ${faults[0]?.detail ?? ''}`, faults);
  }

  #deed(principal: Principal): Deed {
    return { author: principalName(principal), now: this.clock.now() };
  }
}

/** @throws Problem 403 for staff of some stores, where the offer is made in others too */
function requireScope(principal: Principal, document: OfferDocument): void {
  if (!mayWrite(principal, document))
    throw forbidden('other-stores', 'Name only your own stores in trigger.storeIds.');
}

/** @throws Problem always */
function refuse({ why, detail }: { why: string; detail: string }): never {
  if (why === 'own-offer') throw forbidden(why, detail);
  if (why === 'no-such-revision') throw notFound('approved revision');
  throw conflict(why, detail);
}
