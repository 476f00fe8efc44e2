import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ItemImport, quickly, Recorder, type Column } from '../imports/index.js';
import { bulkStatement } from './consent.dto.js';
import { Consents } from './consent.service.js';

const columns: readonly Column[] = [
  { path: 'shopperId', kind: 'text', required: true },
  { path: 'purpose', kind: 'text', required: true },
  { path: 'granted', kind: 'boolean', required: true },
  { path: 'policyVersion', kind: 'text', required: true },
  { path: 'source', kind: 'text', required: true },
  { path: 'at', kind: 'text' },
];

export const quick = quickly(
  bulkStatement,
  ({ shopperId, purpose, granted, policyVersion, source, at: text }) => {
    const at = text === undefined ? undefined : Date.parse(text);
    return { shopperId, purpose, granted, policyVersion, source, at };
  },
);

/** Files of consents: each row is an item of `POST /v1/consents`, taken in the order of the lines. */
@Injectable()
export class ConsentImport implements OnModuleInit {
  constructor(
    private readonly consents: Consents,
    private readonly recorder: Recorder,
  ) {}

  onModuleInit(): void {
    this.recorder.provide(
      new ItemImport({
        name: 'consents',
        columns,
        itemField: 'shopperId',
        schema: bulkStatement,
        quick,
        // Said when the file came: a row that is taken again after a crash is known as the same statement.
        dated: (item, receivedAt) => ({ ...item, at: item.at ?? receivedAt }),
        idField: 'shopperId',
        write: (step) => this.consents.recordItems(step),
      }),
    );
  }
}
