import {
  declaredSeverity,
  defineGroup,
  type Diagnostic,
  filesFound,
  findNamedTests,
  type GateSeverity,
  glob,
  grep,
  type Group,
  isTestPath,
  type Operation,
  type Outcome,
  type Planning,
  read,
  type ReadOutput,
  sourceEndings,
} from 'heddle'
import { agentOf, type FeatureAgent, runAgent } from './agent.ts'
import { composeContext, type ModuleText } from './context.ts'
import { extract, findQuestions, namedPaths, type NamedText, termsOf } from './extract.ts'
import type { FeatureResult, TouchedFile } from './result.ts'
import { stepsOf, summaryOf } from './steps.ts'

interface Situation {
  readonly request: string
  /** Documents that the request names or the arguments add. */
  readonly documents: readonly string[]
  readonly terms: readonly string[]
  readonly modules: readonly ModuleText[]
  readonly agent: FeatureAgent | null
}

const sources = `**/*.{${sourceEndings.join(',')}}`
const mostTouched = 20

/**
 * One group: reads the documents of the request and looks for its words in sources and modules, all at once; from that the requirements,
 * the criteria, the open questions and the files that are touched. An agent runs afterwards, where one is configured.
 */
export async function planFeature(planning: Planning, agent: FeatureAgent | null): Promise<readonly Group[]> {
  const request = (planning.arguments['request'] ?? '').trim()
  if (request === '') {
    planning.report(noRequest)
    return []
  }
  const documents = await documentsOf(planning, request)
  const texts = [{ from: 'request', text: request }, ...(await readDocuments(planning, documents))]
  const modules = await Promise.all(
    planning.modules.map(async (module) => ({ id: module.id, text: await planning.textOf(module) })),
  )
  const situation = { request, documents, terms: termsOf(texts), modules, agent }
  return [designGroup(planning, situation)]
}

function designGroup(planning: Planning, situation: Situation): Group {
  const { documents, terms, agent } = situation
  const severity = (name: string, otherwise: GateSeverity): GateSeverity =>
    declaredSeverity(planning.modules, name, otherwise)
  return defineGroup<FeatureResult>({
    name: 'design',
    operations: [
      glob({ patterns: [sources] }, { name: 'sources' }),
      glob({ patterns: ['**/*.md'] }, { name: 'documents' }),
      ...documents.map((path) => read(path, { name: path })),
      ...terms.map((term) => termSearch(term)),
    ],
    // Reading, the agent, and a last look that adds nothing.
    rounds: 3,
    expand(outcomes, round) {
      if (round === 1)
        return touchedIn(outcomes, terms).flatMap(({ path }) =>
          documents.includes(path) ? [] : [read(path, { name: path })],
        )
      return agent === null || round > 2
        ? []
        : [runAgent(agent, readFeature(outcomes, situation).context.text)]
    },
    synthesise(outcomes, { report }) {
      const result = readFeature(outcomes, situation)
      for (const finding of findingsOf(result)) report(finding)
      return result
    },
    gates: [
      {
        name: 'criteria-there',
        severity: severity('criteria-there', 'conditional'),
        check: (_, result) => result && result.criteria.length > 0,
      },
      {
        name: 'request-clear',
        severity: severity('request-clear', 'warning'),
        check: (_, result) => result && result.questions.length === 0,
      },
      {
        name: 'named-files-exist',
        severity: severity('named-files-exist', 'warning'),
        check: (_, result) => result && result.named.every(({ exists }) => exists),
      },
    ],
  })
}

function termSearch(term: string): Operation {
  return grep(
    { pattern: term, glob: [sources, '**/*.md'], ignoreCase: true, outputMode: 'files-with-matches' },
    { name: `where is ${term}` },
  )
}

async function documentsOf(planning: Planning, request: string): Promise<readonly string[]> {
  const asked = (planning.arguments['documents'] ?? '').split(/[\s,]+/).filter((path) => path !== '')
  const named = namedPaths([{ from: 'request', text: request }]).filter((path) =>
    /\.(?:md|txt|rst|feature)$/.test(path),
  )
  const found = await Promise.all(
    [...new Set([...asked, ...named])].map(async (path) => {
      const stat = await planning.files
        .stat(path as Parameters<Planning['files']['stat']>[0])
        .catch(() => undefined)
      if (stat?.type === 'file') return [path]
      if (asked.includes(path)) planning.report(noDocument(path))
      return []
    }),
  )
  return found.flat()
}

function readDocuments({ files }: Planning, documents: readonly string[]): Promise<NamedText[]> {
  return Promise.all(
    documents.map(async (path) => ({
      from: path,
      text: new TextDecoder().decode(await files.read(path as Parameters<Planning['files']['read']>[0])),
    })),
  )
}

function readFeature(outcomes: readonly Outcome[], situation: Situation): FeatureResult {
  const { request, documents, terms, modules } = situation
  const texts = outcomes.flatMap(({ kind, status, output }) =>
    kind === 'read' && status === 'done' ? [output as ReadOutput] : [],
  )
  const said: readonly NamedText[] = [
    { from: 'request', text: request },
    ...texts.filter(({ path }) => documents.includes(path)).map(({ path, text }) => ({ from: path, text })),
  ]
  const paths = new Set([...filesFound(outcomes, 'sources'), ...filesFound(outcomes, 'documents')])
  const touches = touchedIn(outcomes, terms)
  const found = {
    request,
    ...extract(said),
    questions: findQuestions(said),
    terms,
    touches,
    named: namedPaths(said).map((path) => ({ path, exists: paths.has(path) || documents.includes(path) })),
    modules: modulesIn(outcomes, terms, documents),
  }
  const steps = stepsOf(found)
  const context = composeContext(
    { ...found, steps },
    {
      modules,
      documents: said.slice(1),
      sources: texts.filter(({ path }) => touches.some((one) => one.path === path)),
    },
  )
  const whole = {
    ...found,
    steps,
    context: { text: context, tokens: Math.ceil(context.length / 4) },
    agent: agentOf(outcomes),
    unread: outcomes.filter(({ status }) => status !== 'done').map(({ name }) => name),
  }
  return { summary: summaryOf(whole), ...whole }
}

/** Sources in which most terms stand; a file with one of many is none that the feature touches. */
function touchedIn(outcomes: readonly Outcome[], terms: readonly string[]): readonly TouchedFile[] {
  const paths = filesFound(outcomes, 'sources')
  const tests = findNamedTests(paths)
  const known = new Map(paths.filter((path) => !isTestPath(path)).map((path) => [path, [] as string[]]))
  for (const term of terms)
    for (const path of filesFound(outcomes, `where is ${term}`)) known.get(path)?.push(term)
  const fewest = terms.length > 3 ? 2 : 1
  return [...known]
    .filter(([, found]) => found.length >= fewest)
    .map(([path, found]) => ({ path, terms: found, tests: tests.get(path) ?? [] }))
    .toSorted((a, b) => b.terms.length - a.terms.length || (a.path < b.path ? -1 : 1))
    .slice(0, mostTouched)
}

function modulesIn(
  outcomes: readonly Outcome[],
  terms: readonly string[],
  documents: readonly string[],
): readonly string[] {
  const counts = new Map<string, number>()
  for (const term of terms)
    for (const path of filesFound(outcomes, `where is ${term}`))
      if (path.endsWith('.md') && !documents.includes(path)) counts.set(path, (counts.get(path) ?? 0) + 1)
  return [...counts]
    .filter(([, count]) => count >= Math.min(2, terms.length))
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, mostTouched)
    .map(([path]) => path)
}

const noRequest: Diagnostic = {
  code: 'feature/request-empty',
  severity: 'error',
  message: 'There is no request.',
  hint: 'Say what shall be there: heddle run feature "users can reset their password".',
}

function noDocument(path: string): Diagnostic {
  return {
    code: 'feature/document-missing',
    severity: 'error',
    message: `There is no document "${path}".`,
    hint: 'Name a file of the project.',
  }
}

function findingsOf({ questions, named, criteria }: FeatureResult): Diagnostic[] {
  const at = (from: string, line: number) =>
    from === 'request' ? {} : { at: { path: from, line, column: 1 } }
  return [
    ...(criteria.length > 0
      ? []
      : [
          {
            code: 'feature/criteria-missing',
            severity: 'warning' as const,
            message: 'Nothing says when the feature is done.',
            hint: 'Add criteria that a test can show: "- [ ] a user with a wrong code is refused".',
          },
        ]),
    ...questions.map(({ text, from, line, because }) => ({
      code: 'feature/unclear',
      severity: 'warning' as const,
      message: `"${text}" cannot be built from: ${because}.`,
      hint: 'Ask, and write the answer in its place.',
      ...at(from, line),
    })),
    ...named
      .filter(({ exists }) => !exists)
      .map(({ path }) => ({
        code: 'feature/file-new',
        severity: 'info' as const,
        message: `"${path}" is named and not there yet.`,
        hint: 'It will be made, or its name is wrong.',
      })),
  ]
}
