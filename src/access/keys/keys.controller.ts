import { Controller } from '@nestjs/common';
import { Handles, type Asked, type Page } from '../../platform/index.js';
import { ApiKeys, type CreatedKey, type KeyItem } from './api-keys.service.js';
import { createKey, listKeys, revokeKey } from './keys.dto.js';

@Controller()
export class KeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Handles(listKeys)
  list({ query }: Asked<typeof listKeys>): Promise<Page<KeyItem>> {
    return this.keys.list(query);
  }

  @Handles(createKey)
  create({ body, principal }: Asked<typeof createKey>): Promise<CreatedKey> {
    return this.keys.create(body, principal);
  }

  @Handles(revokeKey)
  revoke({ params, principal }: Asked<typeof revokeKey>): Promise<void> {
    return this.keys.revoke(params.keyId, principal);
  }
}
