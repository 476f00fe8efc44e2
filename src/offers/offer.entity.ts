import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, type ValueTransformer } from 'typeorm';
import type { Instant, OfferId } from '../shared/index.js';
import type { OfferDocument } from './offer.schema.js';
import type { RevisionState, StoredStatus } from './workflow.rules.js';

/** Rows become values here: instants are milliseconds everywhere else. */
const instant: ValueTransformer = {
  from: (date: Date | null): Instant | null => date?.getTime() ?? null,
  to: (at: Instant | null | undefined): Date | null | undefined =>
    typeof at === 'number' ? new Date(at) : at,
};
const now = (): string => 'now()';

@Entity('offers')
@Check(
  'offers_status_check',
  `status IN ('draft', 'inReview', 'scheduled', 'live', 'paused', 'ended', 'archived')`,
)
export class OfferEntity {
  @PrimaryColumn('uuid', { name: 'offer_id', primaryKeyConstraintName: 'offers_pkey' })
  offerId!: OfferId;

  @Index('offers_status')
  @Column('text')
  status!: StoredStatus;

  @Column('integer', { name: 'live_revision', nullable: true })
  liveRevision!: number | null;

  @Column('integer', { name: 'latest_revision' })
  latestRevision!: number;

  /** Rises with every change: what the ETag says. */
  @Column('integer')
  version!: number;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('timestamptz', { name: 'created_at', default: now, transformer: instant })
  createdAt!: Instant;

  @Column('timestamptz', { name: 'updated_at', default: now, transformer: instant })
  updatedAt!: Instant;
}

@Entity('offer_revisions')
@Check('offer_revisions_state_check', `state IN ('draft', 'inReview', 'approved', 'rejected')`)
export class OfferRevisionEntity {
  @PrimaryColumn('uuid', { name: 'offer_id', primaryKeyConstraintName: 'offer_revisions_pkey' })
  @ForeignKey(() => OfferEntity, { onDelete: 'CASCADE', name: 'offer_revisions_offer_id_fkey' })
  offerId!: OfferId;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'offer_revisions_pkey' })
  revision!: number;

  @Column('jsonb')
  document!: OfferDocument;

  @Column('text')
  state!: RevisionState;

  @Column('text')
  author!: string;

  @Column('timestamptz', { name: 'created_at', default: now, transformer: instant })
  createdAt!: Instant;

  @Column('timestamptz', { name: 'submitted_at', nullable: true, transformer: instant })
  submittedAt!: Instant | null;

  @Column('text', { name: 'decided_by', nullable: true })
  decidedBy!: string | null;

  @Column('timestamptz', { name: 'decided_at', nullable: true, transformer: instant })
  decidedAt!: Instant | null;

  @Column('text', { nullable: true })
  comment!: string | null;
}

export const offersEntities = [OfferEntity, OfferRevisionEntity];
