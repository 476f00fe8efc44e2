import { Inject, Injectable } from '@nestjs/common';
import { Log } from '../../platform/index.js';
import type { Reads } from '../../shared/index.js';
import {
  compileRule,
  conditionsOf,
  FIELD_REGISTRY,
  FieldRegistry,
  readsIn,
  sqlOf,
  validateRule,
  type Predicate,
  type SaidComparison,
  type Statement,
} from '../../rules/index.js';
import type { KeptSegment } from './segments.repository.js';

/** A rule made ready, and whether it may change its answer by the mere passing of time. */
export interface Compiled {
  holds: Predicate;
  ages: boolean;
  /** What it asks beyond the view. */
  reads: Reads;
  /** The rule in SQL, as far as it can be said. */
  saidIn: (statement: Statement) => SaidComparison;
}

/** The rules of segments, compiled once a version. */
@Injectable()
export class CompiledSegments {
  readonly #compiled = new Map<string, { version: number; compiled: Compiled | undefined }>();

  constructor(
    @Inject(FIELD_REGISTRY) private readonly fields: FieldRegistry,
    private readonly log: Log,
  ) {}

  /** Undefined for a rule that is no longer good, because a field has gone: its members stay as they are. */
  of({ segmentId, version, document }: KeptSegment): Compiled | undefined {
    const known = this.#compiled.get(segmentId);
    if (known?.version === version) return known.compiled;
    const compiled = this.#compile(document.rule);
    if (compiled === undefined) this.log.error({ event: 'segment.rule-not-good', segmentId, version });
    this.#compiled.set(segmentId, { version, compiled });
    return compiled;
  }

  #compile(stored: unknown): Compiled | undefined {
    const validation = validateRule(stored, this.fields);
    if (!validation.ok) return undefined;
    const { rule } = validation;
    const asked = [...conditionsOf(rule)].map(({ condition }) => this.fields.get(condition.field));
    return {
      holds: compileRule(rule, this.fields),
      ages: asked.some(({ timeless }) => timeless !== true),
      reads: readsIn(rule),
      saidIn: (statement) => sqlOf(rule, this.fields, statement),
    };
  }
}
