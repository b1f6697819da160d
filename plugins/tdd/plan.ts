import {
  declaredSeverity,
  defineGroup,
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
import { findAntiPatterns } from './anti-patterns.ts'
import type { CodeShape } from './code-shape.ts'
import { coverageOf, type CoverageReport } from './coverage.ts'
import type { CycleStore } from './cycle-store.ts'
import { readCycle } from './cycle.ts'
import { exportsOf, findTested } from './exports.ts'
import { findingsOf, noTestCommand, notOnDisk, phaseFindings, phaseUnknown, runFindings } from './findings.ts'
import { integrationOf } from './integration.ts'
import type { PhaseInput } from './judge-phase.ts'
import { shapeOf } from './measure.ts'
import { type TddOptions, type Thresholds, thresholdsOf } from './options.ts'
import { foundReports, listed, phaseOf, readTexts, shapesIn, testRunOf } from './outcomes.ts'
import { readReports } from './reports.ts'
import type { Coverage, ExportStatus, Phase, TddResult, TestFile, TestRun } from './result.ts'
import { planRollback } from './rollback.ts'
import { findTestCommand, scratchOfTests, type TestCommand } from './test-command.ts'
import { type OwnTest, ownTests } from './test-files.ts'

interface Situation {
  readonly planning: Planning
  readonly component: Component
  readonly command: TestCommand | undefined
  readonly threshold: number
  readonly limitMs: number
  /** Reads the coverage reports. */
  readonly reports: Operation
  readonly thresholds: Thresholds
  /** The phase that the run is to show. */
  readonly phase: Phase | null
}

const listSources = glob({ patterns: [`**/*.{${sourceEndings.join(',')}}`] }, { name: 'sources' })

/**
 * Four groups that look at the component (its tests, what it exports, a run of the tests, their coverage), and one that
 * reads them together. Gives no groups, and a report, when the component is not there.
 */
export async function planTdd(
  planning: Planning,
  options: TddOptions,
  cycles: CycleStore,
): Promise<readonly Group[]> {
  const component = await findComponent(planning)
  if (!component) return []
  const phase = (planning.arguments['phase'] ?? '').trim()
  if (phase === 'rollback') return planRollback(planning, shown(component), cycles)
  if (phase !== '' && !isPhase(phase)) {
    planning.report(phaseUnknown(phase))
    return []
  }
  const command = await findTestCommand(planning.files, component.path)
  if (!command) planning.report(noTestCommand())
  else if (planning.folder === null) planning.report(notOnDisk(wordsOf(command)))
  const situation: Situation = {
    planning,
    component,
    command,
    threshold: options.threshold ?? thresholdOf(planning),
    limitMs: options.limitMs,
    reports: await readReports(planning.folder, command?.folder ?? ''),
    thresholds: thresholdsOf(planning, options),
    phase: isPhase(phase) ? phase : null,
  }
  // The run first: groups behind one that still grows have to wait for it, and nothing takes as long as the tests.
  return [
    runGroup(situation),
    exportsGroup(situation),
    testsGroup(situation),
    coverageGroup(situation),
    cycleGroup(situation),
  ]
}

function isPhase(text: string): text is Phase {
  return text === 'red' || text === 'green' || text === 'refactor'
}

/** The name of a component as reports show it. */
function shown({ path }: Component): string {
  return path === '' ? '.' : path
}

function testsGroup({ planning, component }: Situation): Group {
  return defineGroup<readonly TestFile[]>({
    name: 'tests',
    operations: [listSources],
    rounds: 2,
    expand(outcomes, round) {
      if (round === 1) return listed(outcomes).filter(isTestPath).map(readNamed)
      return round === 2 ? testsIn(component, outcomes).map(({ path }) => shapeOf(path)) : []
    },
    synthesise: (outcomes) => testsIn(component, outcomes).map(withoutCode),
    gates: [
      {
        name: 'tests-exist',
        severity: declaredSeverity([planning.module], 'tests-exist', 'warning'),
        check: (_, tests) => tests?.some((file) => file.tests > 0),
      },
    ],
  })
}

function exportsGroup({ component }: Situation): Group {
  return defineGroup<readonly Omit<ExportStatus, 'testedIn'>[]>({
    name: 'exports',
    operations: component.isFile ? lookAt(component.path) : [listSources],
    ...(component.isFile
      ? {}
      : { expand: (outcomes: readonly Outcome[]) => filesOf(component, listed(outcomes)).flatMap(lookAt) }),
    synthesise: (outcomes) => exportsOf(readTexts(outcomes)),
  })
}

function runGroup(situation: Situation): Group {
  const { planning, command, limitMs, phase, component } = situation
  const run = command && planning.folder !== null ? [runOf(command, planning.folder, limitMs)] : []
  return defineGroup<TestRun | null>({
    name: 'run',
    operations: phase === null ? run : [...run, listSources],
    ...(phase === null
      ? {}
      : { expand: (outcomes: readonly Outcome[]) => [phaseOperation(situation, phase, outcomes)] }),
    synthesise: (outcomes, context) => {
      const run = testRunOf(outcomes)
      // In the red phase a test is to fail.
      for (const finding of run ? runFindings(run) : [])
        context.report(phase === 'red' ? { ...finding, severity: 'info' } : finding)
      const verdict = phaseOf(outcomes)
      for (const finding of verdict ? phaseFindings(verdict, shown(component)) : []) context.report(finding)
      return run
    },
    gates: [
      ...(phase === 'red'
        ? []
        : [
            {
              name: 'tests-pass',
              severity: declaredSeverity([planning.module], 'tests-pass', 'blocking'),
              check: (_: unknown, run: TestRun | null | undefined) => run?.passed,
            },
          ]),
      ...(phase === null
        ? []
        : [
            {
              name: phase,
              severity: declaredSeverity([planning.module], phase, 'blocking'),
              check: (outcomes: readonly Outcome[]) => phaseOf(outcomes)?.passed,
            },
          ]),
    ],
  })
}

function phaseOperation(
  { component, planning }: Situation,
  phase: Phase,
  outcomes: readonly Outcome[],
): Operation {
  const run = testRunOf(outcomes)
  const paths = listed(outcomes)
  const input: PhaseInput = {
    phase,
    component: shown(component),
    files: filesOf(component, paths),
    paths,
    run: run && { ended: run.ended, passed: run.passed, tests: run.tests, failing: run.failing },
    reason: (planning.arguments['reason'] ?? '').trim() || null,
  }
  return { kind: 'tdd-phase', name: phase, input }
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
    operations: [reports],
    synthesise: (outcomes, context) =>
      coverageOf(pathsIn(context.outcomes.get('tdd/exports')), reportsIn(outcomes, folder)),
    gates: [
      {
        name: 'coverage-sufficient',
        severity: declaredSeverity([planning.module], 'coverage-sufficient', 'warning'),
        check: (_, coverage) => (coverage ? coverage.ratio >= threshold : undefined),
      },
    ],
  })
}

function cycleGroup(situation: Situation): Group {
  const { planning } = situation
  const check =
    (blocks: boolean) =>
    (_: unknown, result: TddResult | undefined): boolean | undefined => {
      const { sound, antiPatterns } = result?.qualityAssurance ?? {}
      return sound === null ? undefined : antiPatterns?.every((one) => one.blocks !== blocks)
    }
  return defineGroup<TddResult>({
    name: 'plan',
    needs: ['tests', 'exports', 'run', 'coverage'],
    operations: [],
    synthesise: (_, context) => {
      const result = resultOf(situation, (group) => context.outcomes.get(`tdd/${group}`) ?? [])
      const severity =
        declaredSeverity([planning.module], 'sound', 'blocking') === 'warning' ? 'warning' : 'error'
      for (const finding of findingsOf(result, severity)) context.report(finding)
      return result
    },
    gates: [
      {
        name: 'sound',
        severity: declaredSeverity([planning.module], 'sound', 'blocking'),
        check: check(true),
      },
      {
        name: 'clear',
        severity: declaredSeverity([planning.module], 'clear', 'warning'),
        check: check(false),
      },
    ],
  })
}

function resultOf(
  { component, command, threshold, thresholds }: Situation,
  of: (group: string) => readonly Outcome[],
): TddResult {
  const sources = readTexts(of('exports'))
  const files = pathsIn(of('exports'))
  const tests = testsIn(component, of('tests'))
  const shapes = [...shapesIn(of('exports')).values()]
  const testShapes = [...shapesIn(of('tests')).values()]
  const all = [...shapes, ...testShapes]
  const integration = integrationOf(listed(of('tests')), readTexts(of('tests')))
  return readCycle({
    component: shown(component),
    files,
    testFiles: tests.map((test) => counted(withoutCode(test), testShapes)),
    exports: findTested(exportsOf(sources), tests),
    run: testRunOf(of('run')),
    coverage: coverageOf(files, reportsIn(of('coverage'), command?.folder ?? '')),
    threshold,
    antiPatterns: findAntiPatterns({ sources: shapes, tests: testShapes, integration }, thresholds),
    integration,
    unparsed: all.flatMap(({ path, unparsed }) => (unparsed === null ? [] : [{ path, why: unparsed }])),
    isParsed: all.some(({ unparsed }) => unparsed === null),
    phase: phaseOf(of('run')),
  })
}

/** Where a parser has seen the tests, its figures stand for those of the words. */
function counted(file: TestFile, shapes: readonly CodeShape[]): TestFile {
  const shape = shapes.find(({ path, unparsed }) => path === file.path && unparsed === null)
  if (!shape) return file
  const sum = (of: (test: CodeShape['tests'][number]) => number): number =>
    shape.tests.reduce((total, test) => total + of(test), 0)
  return {
    ...file,
    tests: shape.tests.length,
    assertions: sum(({ assertions }) => assertions),
    skipped: Math.max(
      file.skipped,
      sum(({ skipped }) => (skipped ? 1 : 0)),
    ),
    sleeps: sum(({ sleeps }) => sleeps),
  }
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
  return foundReports(outcomes).map((report) => ({ ...report, folder }))
}

function lookAt(path: string): Operation[] {
  return [readNamed(path), shapeOf(path)]
}

function readNamed(path: string): Operation {
  return read(path, { name: path })
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
