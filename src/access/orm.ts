import {
  EntitySchema,
  type DataSource,
  type EntityManager,
  type EntitySchemaOptions,
  type ValueTransformer,
} from 'typeorm';
import type { Queryable } from '../platform/index.js';
import type { Instant } from '../shared/index.js';

/** A timestamptz column as an `Instant`. */
export const asInstant: ValueTransformer = {
  to: (instant: Instant | null | undefined) => (typeof instant === 'number' ? new Date(instant) : instant),
  from: (date: Date | null) => date?.getTime() ?? null,
};

type TableOptions<Row> = Pick<EntitySchemaOptions<Row>, keyof EntitySchemaOptions<Row>>;

/** A table whose rows are plain values: TypeORM's classes would make them instances that no spread may copy. */
export function tableOf<Row>(options: TableOptions<Row>): EntitySchema<Row> {
  return new EntitySchema<Row>(options);
}

/** One transaction for entities and, through `tx`, for what is written by SQL beside them. */
export function inTransaction<T>(
  orm: DataSource,
  work: (manager: EntityManager, tx: Pick<Queryable, 'run'>) => Promise<T>,
): Promise<T> {
  return orm.transaction((manager) =>
    work(manager, {
      run: async (sql, values = []) => {
        const result = await manager.queryRunner?.query(sql, [...values], true);
        return result?.affected ?? 0;
      },
    }),
  );
}
