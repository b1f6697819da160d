import {
  defineGroup,
  filesFound,
  type Diagnostic,
  glob,
  type Group,
  type Outcome,
  type Planning,
  read,
  sourceEndings,
} from 'heddle'
import { readExports } from './exports.ts'
import { proposeIndex } from './index-page.ts'
import { findStale, type TextFile, wordsOf } from './names.ts'
import type { DeadLink, DocsResult } from './result.ts'

type Graph = Awaited<ReturnType<Planning['graph']>>

/**
 * One group: lists documents, sources and all paths at once, then reads every document and source, and holds them against each other.
 * The argument `path` narrows the documents to a folder. Nothing is written.
 */
export async function planDocs(planning: Planning): Promise<readonly Group[]> {
  const graph = await planning.graph()
  const wanted = (planning.arguments['path'] ?? '').replace(/^(?:\.\/)+|\/+$/g, '').replace(/^\.$/, '')
  return [
    defineGroup<DocsResult>({
      name: 'documentation',
      operations: [
        glob({ patterns: ['**/*.{md,mdx,markdown}'] }, { name: 'documents' }),
        glob({ patterns: [`**/*.{${sourceEndings.join(',')}}`] }, { name: 'sources' }),
        glob({ patterns: ['**'] }, { name: 'paths' }),
      ],
      expand: (outcomes) => [
        ...filesFound(outcomes, 'documents')
          .filter((path) => isIn(wanted, path))
          .map((path) => read(path, { name: path })),
        ...filesFound(outcomes, 'sources').map((path) => read(path, { name: path })),
      ],
      async synthesise(outcomes, context) {
        const result = await readResult(outcomes, graph, wanted)
        for (const finding of findingsOf(result)) context.report(finding)
        return result
      },
      gates: [
        {
          name: 'links-lead-somewhere',
          severity: 'conditional',
          check: (_, result) => result && result.deadLinks.length === 0,
        },
        {
          name: 'names-are-there',
          severity: 'warning',
          check: (_, result) => result && result.stale.length === 0,
        },
      ],
    }),
  ]
}

function isIn(wanted: string, path: string): boolean {
  return wanted === '' || path === wanted || path.startsWith(`${wanted}/`)
}

async function readResult(outcomes: readonly Outcome[], graph: Graph, wanted: string): Promise<DocsResult> {
  const texts = outcomes.flatMap(({ kind, status, output }) =>
    kind === 'read' && status === 'done' ? [output as TextFile] : [],
  )
  const documents = texts.filter(({ path }) => /\.(?:mdx?|markdown)$/.test(path))
  const sources = texts.filter(({ path }) => !/\.(?:mdx?|markdown)$/.test(path))
  const { total, undocumented } = await readExports(sources, wordsOf(documents.map(({ text }) => text)))
  const result = {
    documents: documents.length,
    deadLinks: deadLinksIn(graph, new Set(documents.map(({ path }) => path))),
    stale: findStale(documents, {
      paths: new Set(filesFound(outcomes, 'paths')),
      words: wordsOf(sources.map(({ text }) => text)),
    }),
    undocumented,
    documented: total === 0 ? null : Math.round(((total - undocumented.length) / total) * 1000) / 1000,
    index: proposeIndex(documents, wanted),
    unread: outcomes.flatMap(({ name, status }) => (status === 'done' ? [] : [name])),
  }
  return { summary: summaryOf(result), ...result }
}

/** The registry knows every link already; only what a document must have is meant. */
function deadLinksIn(graph: Graph, documents: ReadonlySet<string>): DeadLink[] {
  return graph.references
    .filter(
      ({ from, form, status, class: kind }) =>
        documents.has(from) &&
        (form === 'link' || form === 'image') &&
        (status === 'missing' || status === 'outside' || status === 'ambiguous') &&
        (kind === 'module' || kind === 'file'),
    )
    .map(({ from, line, column, target, suggestion }) => ({
      path: from,
      line,
      column,
      target,
      suggestion: suggestion?.path ?? null,
    }))
}

const shownExports = 10

function summaryOf({
  documents,
  deadLinks,
  stale,
  undocumented,
  documented,
  index,
}: Omit<DocsResult, 'summary'>): string[] {
  const share =
    documented === null
      ? ''
      : `; of exported functions and classes ${Math.floor(documented * 100)} % are told of`
  return [
    `${documents} documents: ${deadLinks.length} dead links, ${stale.length} stale names${share}`,
    ...undocumented
      .slice(0, shownExports)
      .map(({ path, line, name }) => `say a word about ${name}  ${path}:${line}`),
    ...(undocumented.length > shownExports
      ? [`… ${undocumented.length - shownExports} more, all of them in --format json`]
      : []),
    ...(index === null
      ? []
      : ['', `proposed, not written: ${index.path}`, ...index.patch.trimEnd().split('\n')]),
  ]
}

function findingsOf({ deadLinks, stale }: DocsResult): Diagnostic[] {
  return [
    ...deadLinks.map(({ target, suggestion, ...at }) => ({
      code: 'docs/link-dead',
      severity: 'error' as const,
      message: `"${target}" leads nowhere.`,
      hint:
        suggestion === null
          ? 'Correct it, or take it out.'
          : `Did you mean "${suggestion}"? heddle fix shows the repair.`,
      at,
    })),
    ...stale.map(({ name, kind, ...at }) => ({
      code: 'docs/name-stale',
      severity: 'warning' as const,
      message:
        kind === 'path' ? `There is no "${name}" in the project.` : `No source of the project has "${name}".`,
      hint: 'Write what it is called now, or take it out.',
      at,
    })),
  ]
}
