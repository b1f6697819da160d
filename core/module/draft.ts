import type { Diagnostic } from '../base/diagnostic.ts'
import { endingOf, nameOf, type Path } from '../vfs/path.ts'
import { readDirectives } from './directives.ts'
import type { Document } from './document.ts'
import { readMetadata } from './metadata.ts'
import { type Described, type LayerName, type Module, type ModuleId, noParts } from './module.ts'
import { findPlaceholders } from './placeholder.ts'
import type { Reference } from './reference.ts'

/** What is known of a document while the `parse` hook passes it from dialect to dialect. */
export interface Draft extends Described {
  readonly document: Document
}

/** What Heddle's own dialect says of a document: front matter, the first heading, the file's name. */
export function createDraft(document: Document): Draft {
  const { frontMatter } = document
  const metadata = frontMatter.data
  const isHome = document.homePath !== null
  const name = nameOf(document.path)
  const plain = name.slice(0, name.length - endingOf(name).length)
  const kind = textOf(metadata['kind']) ?? (isHome ? 'module' : 'document')
  const heading = document.markdown.headings.find(({ depth }) => depth === 1)
  return {
    document,
    kind,
    name: textOf(metadata['name']) ?? plain,
    title: textOf(metadata['title']) ?? heading?.text ?? null,
    version: textOf(metadata['version']),
    description: textOf(metadata['description']) ?? '',
    entry: kind === 'command',
    metadata,
    parts: noParts,
    diagnostics: frontMatter.diagnostics.map((diagnostic) => located(diagnostic, document)),
  }
}

/** What is known of the bytes behind a draft. */
export interface Source {
  readonly bytes: number
  readonly digest: string
}

/** The validated module of a draft: its metadata read into types, whatever has the wrong shape noted and left out. */
export function finishModule(
  draft: Draft,
  references: readonly Reference[],
  source: Source & { readonly findings: readonly Diagnostic[] },
): Module {
  const { document } = draft
  const typed = readMetadata(document, draft.metadata)
  const { gates, settings } = typed
  const parts =
    gates.length === 0 && settings.length === 0
      ? draft.parts
      : {
          ...draft.parts,
          gates: [...gates, ...draft.parts.gates],
          settings: [...settings, ...draft.parts.settings],
        }
  return {
    id: document.label as ModuleId,
    path: document.path,
    layer: document.layer,
    homePath: document.homePath,
    kind: draft.kind,
    name: draft.name,
    title: draft.title,
    version: draft.version,
    description: draft.description,
    entry: draft.entry,
    metadata: draft.metadata,
    headings: document.markdown.headings,
    anchors: document.markdown.anchors,
    parts,
    pattern: typed.pattern,
    arguments: typed.arguments,
    groups: typed.groups,
    placeholders: placeholdersOf(document),
    references,
    directives: readDirectives(document),
    diagnostics: [...draft.diagnostics, ...typed.diagnostics, ...source.findings],
    bytes: source.bytes,
    tokens: Math.ceil(document.text.length / 4),
    digest: source.digest,
  }
}

/** What stands for a symbolic link to a markdown file: listed by its own name, its target not read through it. */
export function describeLink(source: {
  label: string
  path: Path
  layer: LayerName
  homePath: Path | null
}): Module {
  const name = nameOf(source.path)
  return {
    id: source.label as ModuleId,
    path: source.path,
    layer: source.layer,
    homePath: source.homePath,
    kind: source.homePath === null ? 'document' : 'module',
    name: name.slice(0, name.length - endingOf(name).length),
    title: null,
    version: null,
    description: '',
    entry: true,
    metadata: {},
    headings: [],
    anchors: [],
    parts: noParts,
    pattern: null,
    arguments: [],
    groups: [],
    placeholders: [],
    references: [],
    directives: [],
    diagnostics: [],
    bytes: 0,
    tokens: 0,
    digest: '',
  }
}

function placeholdersOf({ text, lines }: Document): Module['placeholders'] {
  return findPlaceholders(text).map((found) => ({ ...found, ...lines.place(found.start) }))
}

function located(diagnostic: Diagnostic, document: Document): Diagnostic {
  return diagnostic.at ? { ...diagnostic, at: { ...diagnostic.at, path: document.label } } : diagnostic
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : null
}
