import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { StoreId } from '../shared/index.js';
import type { StoreDocument } from './stores.dto.js';

@Entity('stores')
export class StoreEntity {
  @PrimaryColumn({ name: 'store_id', type: 'text' })
  storeId!: StoreId;

  @Column({ type: 'jsonb' })
  document!: StoreDocument;

  /** Counts from 1; the ETag. */
  @Column({ type: 'integer' })
  version!: number;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt!: Date;
}

export const storesEntities = [StoreEntity];
