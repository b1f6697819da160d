import { bandit, banditJson } from './bandit.ts'
import { black } from './black.ts'
import { cargo, cargoJson } from './cargo.ts'
import { cobertura } from './cobertura.ts'
import { eslint, eslintJson } from './eslint.ts'
import { flake8 } from './flake8.ts'
import type { JsonFormat, LineFormat, PlaceFormat, XmlFormat } from './format.ts'
import { gnu } from './gnu.ts'
import { createGoJson, goTest, goVet } from './go.ts'
import { junit } from './junit.ts'
import { mypy } from './mypy.ts'
import { nodeSpec } from './node-spec.ts'
import { npmAudit, npmAuditJson } from './npm-audit.ts'
import { oxlint, oxlintJson, oxlintUnix } from './oxlint.ts'
import { pipAudit, pipAuditJson } from './pip-audit.ts'
import { placesFormat } from './place.ts'
import { pyright, pyrightJson } from './pyright.ts'
import { pytest } from './pytest.ts'
import { ruff, ruffFull, ruffJson } from './ruff.ts'
import { safety, safetyJson } from './safety.ts'
import { sarif } from './sarif.ts'
import { tap } from './tap.ts'
import { tsc, tscPretty } from './tsc.ts'

/** What tools write behind a place; two of them write alike, and the one that the command names is asked first. */
const places: readonly PlaceFormat[] = [tscPretty, oxlintUnix, mypy, flake8, ruff, goVet, gnu]

const lines: readonly LineFormat[] = [
  tsc,
  eslint,
  oxlint,
  pytest,
  nodeSpec,
  tap,
  ruffFull,
  cargo,
  goTest,
  pyright,
  black,
  bandit,
  npmAudit,
  pipAudit,
  safety,
]

/** The formats that are read a line at a time, in the order in which they are asked; `command` is what wrote the output. */
export function lineFormats(command: string): readonly LineFormat[] {
  const named = (tool: string): number => (command.includes(tool) ? 0 : 1)
  const ranked = places.toSorted((a, b) => (a === gnu ? 1 : b === gnu ? -1 : named(a.tool) - named(b.tool)))
  return [...lines, placesFormat(ranked)]
}

/** The formats that are one JSON document each; those that write one document a line among them. */
export function jsonFormats(): readonly JsonFormat[] {
  return [
    sarif,
    eslintJson,
    oxlintJson,
    ruffJson,
    pyrightJson,
    banditJson,
    npmAuditJson,
    pipAuditJson,
    safetyJson,
    cargoJson,
    createGoJson(),
  ]
}

export const xmlFormats: readonly XmlFormat[] = [junit, cobertura]
