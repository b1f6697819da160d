import {
  defineGroup,
  type GateSeverity,
  glob,
  type Group,
  isTestPath,
  type Operation,
  type Outcome,
  type Planning,
  read,
  sourceEndings,
} from 'heddle'
import { type Component, findComponent } from './component.ts'
import { coverageOf, type CoverageReport, findReports } from './coverage.ts'
import { readCycle } from './cycle.ts'
import { exportsOf, findTested } from './exports.ts'
import { findingsOf, noTestCommand, notOnDisk, runFindings } from './findings.ts'
import type { TddOptions } from './options.ts'
import { listed, readTexts, testRunOf } from './outcomes.ts'
import type { Coverage, ExportStatus, TddResult, TestFile, TestRun } from './result.ts'
import { findTestCommand, scratchOfTests, type TestCommand } from './test-command.ts'
import { type OwnTest, ownTests } from './test-files.ts'

interface Situation {
  readonly planning: Planning
  readonly component: Component
  readonly command: TestCommand | undefined
  readonly threshold: number
  readonly limitMs: number
  /** Coverage reports that are there. */
  readonly reports: readonly string[]
}

const listSources = glob({ patterns: [`**/*.{${sourceEndings.join(',')}}`] }, { name: 'sources' })

/**
 * Four groups that look at the component (its tests, what it exports, a run of the tests, their coverage), and one that
 * reads them together. Gives no groups, and a report, when the component is not there.
 */
export async function planTdd(
  planning: Planning,
  { threshold = thresholdOf(planning), limitMs }: TddOptions,
): Promise<readonly Group[]> {
  const component = await findComponent(planning)
  if (!component) return []
  const command = await findTestCommand(planning.files, component.path)
  if (!command) planning.report(noTestCommand())
  else if (planning.folder === null) planning.report(notOnDisk(wordsOf(command)))
  const reports = await findReports(planning.files, command?.folder ?? '')
  const situation = { planning, component, command, threshold, limitMs, reports }
  // The run first: groups behind one that still grows have to wait for it, and nothing takes as long as the tests.
  return [
    runGroup(situation),
    exportsGroup(situation),
    testsGroup(situation),
    coverageGroup(situation),
    cycleGroup(situation),
  ]
}

function testsGroup({ planning, component }: Situation): Group {
  return defineGroup<readonly TestFile[]>({
    name: 'tests',
    operations: [listSources],
    expand: (outcomes) => listed(outcomes).filter(isTestPath).map(readNamed),
    synthesise: (outcomes) => testsIn(component, outcomes).map(withoutCode),
    gates: [
      {
        name: 'tests-exist',
        severity: severityOf(planning, 'tests-exist', 'warning'),
        check: (_, tests) => tests?.some((file) => file.tests > 0),
      },
    ],
  })
}

function exportsGroup({ component }: Situation): Group {
  return defineGroup<readonly Omit<ExportStatus, 'testedIn'>[]>({
    name: 'exports',
    operations: component.isFile ? [readNamed(component.path)] : [listSources],
    ...(component.isFile
      ? {}
      : { expand: (outcomes: readonly Outcome[]) => filesOf(component, listed(outcomes)).map(readNamed) }),
    synthesise: (outcomes) => exportsOf(readTexts(outcomes)),
  })
}

function runGroup({ planning, command, limitMs }: Situation): Group {
  return defineGroup<TestRun | null>({
    name: 'run',
    operations: command && planning.folder !== null ? [runOf(command, planning.folder, limitMs)] : [],
    synthesise: (outcomes, context) => {
      const run = testRunOf(outcomes)
      for (const finding of run ? runFindings(run) : []) context.report(finding)
      return run
    },
    gates: [
      {
        name: 'tests-pass',
        severity: severityOf(planning, 'tests-pass', 'blocking'),
        check: (_, run) => run?.passed,
      },
    ],
  })
}

function runOf(command: TestCommand, root: string, limitMs: number): Operation {
  const { program, arguments: words, folder } = command
  return {
    kind: 'test',
    name: wordsOf(command),
    input: { program, arguments: words, root, folder, limitMs },
    // The kind ends the run itself, and still tells what it saw; the executor's own deadline comes after that.
    deadlineMs: limitMs + 10_000,
    claims: { writes: [], scratch: scratchOfTests },
  }
}

/** After the run, for a test command may write again the report that is read here. */
function coverageGroup({ planning, command, threshold, reports }: Situation): Group {
  const folder = command?.folder ?? ''
  return defineGroup<Coverage | null>({
    name: 'coverage',
    needs: ['run', 'exports'],
    operations: reports.map(readNamed),
    synthesise: (outcomes, context) =>
      coverageOf(pathsIn(context.outcomes.get('tdd/exports')), reportsIn(outcomes, folder)),
    gates: [
      {
        name: 'coverage-sufficient',
        severity: severityOf(planning, 'coverage-sufficient', 'warning'),
        check: (_, coverage) => (coverage ? coverage.ratio >= threshold : undefined),
      },
    ],
  })
}

function cycleGroup({ component, command, threshold }: Situation): Group {
  return defineGroup<TddResult>({
    name: 'plan',
    needs: ['tests', 'exports', 'run', 'coverage'],
    operations: [],
    synthesise: (_, context) => {
      const of = (group: string): readonly Outcome[] => context.outcomes.get(`tdd/${group}`) ?? []
      const sources = readTexts(of('exports'))
      const files = pathsIn(of('exports'))
      const tests = testsIn(component, of('tests'))
      const result = readCycle({
        component: component.path === '' ? '.' : component.path,
        files,
        testFiles: tests.map(withoutCode),
        exports: findTested(exportsOf(sources), tests),
        run: testRunOf(of('run')),
        coverage: coverageOf(files, reportsIn(of('coverage'), command?.folder ?? '')),
        threshold,
      })
      for (const finding of findingsOf(result)) context.report(finding)
      return result
    },
  })
}

function testsIn(component: Component, outcomes: readonly Outcome[]): OwnTest[] {
  const paths = listed(outcomes)
  return ownTests(filesOf(component, paths), paths, readTexts(outcomes))
}

/** The sources of a component among all sources; its tests are none of them. */
function filesOf({ path, isFile }: Component, paths: readonly string[]): readonly string[] {
  if (isFile) return [path]
  return paths.filter((other) => (path === '' || other.startsWith(`${path}/`)) && !isTestPath(other))
}

function pathsIn(outcomes: readonly Outcome[] = []): string[] {
  return readTexts(outcomes).map(({ path }) => path)
}

function reportsIn(outcomes: readonly Outcome[], folder: string): CoverageReport[] {
  return readTexts(outcomes).map(({ path, text }) => ({ path, text, folder }))
}

function readNamed(path: string): Operation {
  return read(path, { name: path })
}

/** The severity that the module of the pattern gives a gate of this name, or the one of our own. */
function severityOf({ module }: Planning, name: string, otherwise: GateSeverity): GateSeverity {
  const declared = module.parts.gates.find((gate) => gate.name.toLowerCase().replace(/[_\s]+/g, '-') === name)
  return declared?.severity ?? otherwise
}

/** The share of lines that the modules of the command ask for. */
function thresholdOf({ modules }: Planning): number {
  const setting = modules
    .flatMap(({ parts }) => parts.settings)
    .find(({ name }) => name === 'component-threshold')
  const percent = Number(setting?.default ?? Number.NaN)
  return percent >= 0 && percent <= 100 ? percent / 100 : 0.9
}

function wordsOf({ program, arguments: words }: TestCommand): string {
  return [program, ...words].join(' ')
}

function withoutCode({ code: _code, imports: _imports, ...file }: OwnTest): TestFile {
  return file
}
