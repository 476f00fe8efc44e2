import { Inject, Injectable } from '@nestjs/common';
import { badRequest, conflict, notFound, Problem } from '../../platform/index.js';
import { FIELD_REGISTRY, FieldRegistry } from '../../rules/index.js';
import type { PrincipalOf } from '../../shared/index.js';
import { Segments } from './segments.service.js';
import { templatesFor, type Template } from './templates.js';

/** The ready-made segments, and how one is made the shop's own. */
@Injectable()
export class SegmentTemplates {
  constructor(
    private readonly segments: Segments,
    @Inject(FIELD_REGISTRY) private readonly fields: FieldRegistry,
  ) {}

  list() {
    return templatesFor(this.fields).map((template) => {
      const { template: id, name, description, parameters } = template;
      const isOpen = parameters.some(({ required }) => required);
      return { template: id, name, description, parameters, rule: isOpen ? null : template.rule({}) };
    });
  }

  /**
   * Makes a segment of a template; from then on it is one like any other.
   *
   * @throws Problem 404 for no such template, 400 for parameters that it lacks or does not know, 409 `segment-exists`
   */
  async adopt(
    id: string,
    { segmentId = id, parameters }: { segmentId?: string | undefined; parameters: Record<string, string> },
    asker: PrincipalOf<'service' | 'staff'>,
  ): Promise<string> {
    const template = templatesFor(this.fields).find((each) => each.template === id);
    if (template === undefined) throw notFound('template');
    requireParameters(template, parameters);
    const { name, description } = template;
    const document = { name, description, rule: template.rule(parameters) };
    try {
      await this.segments.replace(segmentId, document, asker, {});
    } catch (error) {
      // Creating needs no If-Match, so that one is wanted says that there is a segment of this name.
      if (!(error instanceof Problem) || error.status !== 428) throw error;
      throw conflict('segment-exists', `There is a segment ${segmentId} already: give another segmentId.`);
    }
    return segmentId;
  }
}

function requireParameters({ parameters }: Template, given: Readonly<Record<string, string>>): void {
  const known = new Set(parameters.map(({ name }) => name));
  const missing = parameters.filter(({ name, required }) => required && !Object.hasOwn(given, name));
  const faults = [
    ...missing.map(({ name }) => ({
      path: `parameters.${name}`,
      code: 'required',
      detail: 'must be given',
    })),
    ...Object.keys(given)
      .filter((name) => !known.has(name))
      .map((name) => ({
        path: `parameters.${name}`,
        code: 'unknown-field',
        detail: 'is no parameter of this template',
      })),
  ];
  const [first] = faults;
  if (first !== undefined) throw badRequest(first.code, `${first.path}: ${first.detail}`, faults);
}
