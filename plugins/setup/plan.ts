import {
  declaredSeverity,
  defineGroup,
  type Diagnostic,
  filesFound,
  type GateSeverity,
  type GateSpec,
  type Group,
  type Operation,
  type Outcome,
  type Planning,
  type ProjectSurvey,
} from 'heddle'
import { lookRound, missed, readNamed, surveyOf, type TextFile, textsOf } from './look.ts'
import { create, createFileKind, patchOf, type ProposedFile, type Proposal } from './proposal.ts'

/** What a setup sees of the project. */
export interface Sight {
  readonly outcomes: readonly Outcome[]
  readonly paths: readonly string[]
  readonly survey: ProjectSurvey
  readonly texts: readonly TextFile[]
}

/** What a setup makes of what it sees. */
export interface SetupDraft {
  readonly proposals: readonly Proposal[]
  /** Lines for a person, before those about the files. */
  readonly told: readonly string[]
  readonly findings: readonly Diagnostic[]
  /** Verdicts by the name of their gate; undefined where nothing is known. */
  readonly verdicts: Readonly<Record<string, boolean | undefined>>
  /** What else the result holds. */
  readonly facts?: Readonly<Record<string, unknown>>
}

/** What a setup gives. */
export interface SetupResult {
  readonly summary: readonly string[]
  readonly survey: ProjectSurvey
  readonly files: readonly ProposedFile[]
  readonly verdicts: SetupDraft['verdicts']
  readonly facts: Readonly<Record<string, unknown>>
  /** Operations that did not come to their end. */
  readonly unread: readonly string[]
}

/** How one kind of setup differs from the others. */
export interface Setup {
  readonly group: string
  /** What it looks for besides names, manifests and documents, all at once. */
  readonly also?: readonly Operation[]
  /** More reads, from what was found. */
  more?(outcomes: readonly Outcome[]): readonly Operation[]
  /** Gates by name, with the severity that they have where no module says otherwise. */
  readonly gates: Readonly<Record<string, GateSeverity>>
  draft(sight: Sight): SetupDraft
}

/**
 * One group: looks at the whole project at once, reads manifests and documents, and proposes files. They are written only where the
 * argument `write` is `yes` and no blocking gate has failed; what is there already always stays.
 */
export function planSetup(planning: Planning, setup: Setup): readonly Group[] {
  const isWanted = /^(?:yes|true|y|1)$/i.test(planning.arguments['write'] ?? '')
  const severities = severitiesOf(planning, setup.gates)
  const drafted = (outcomes: readonly Outcome[]): { sight: Sight; draft: SetupDraft } => {
    const sight = sightOf(outcomes)
    return { sight, draft: setup.draft(sight) }
  }
  return [
    defineGroup<SetupResult>({
      name: setup.group,
      operations: [...lookRound, ...(setup.also ?? [])],
      // Reading, writing, and a last look that adds nothing.
      rounds: 3,
      expand(outcomes, round) {
        const reads = round === 1 ? unique([...readNamed(outcomes), ...(setup.more?.(outcomes) ?? [])]) : []
        const isWritten = outcomes.some(({ kind }) => kind === createFileKind.kind)
        if (reads.length > 0 || !isWanted || isWritten) return reads
        const { draft } = drafted(outcomes)
        return isBlocked(draft, severities) ? [] : draft.proposals.map(create)
      },
      synthesise(outcomes, { report }) {
        const { sight, draft } = drafted(outcomes)
        for (const finding of draft.findings) report(finding)
        return resultOf({ sight, draft, isBlocked: isBlocked(draft, severities) })
      },
      gates: gatesOf(severities),
    }),
  ]
}

function gatesOf(severities: Readonly<Record<string, GateSeverity>>): readonly GateSpec<SetupResult>[] {
  return Object.entries(severities).map(([name, severity]) => ({
    name,
    severity,
    check: (_, result) => result?.verdicts[name],
  }))
}

/** The severities that modules of the command declare, else those of our own. */
function severitiesOf(planning: Planning, own: Setup['gates']): Record<string, GateSeverity> {
  return Object.fromEntries(
    Object.entries(own).map(([name, severity]) => [name, declaredSeverity(planning.modules, name, severity)]),
  )
}

function isBlocked({ verdicts }: SetupDraft, severities: Readonly<Record<string, GateSeverity>>): boolean {
  return Object.entries(severities).some(
    ([name, severity]) => severity === 'blocking' && verdicts[name] === false,
  )
}

function sightOf(outcomes: readonly Outcome[]): Sight {
  return {
    outcomes,
    paths: filesFound(outcomes, 'paths'),
    survey: surveyOf(outcomes),
    texts: textsOf(outcomes),
  }
}

function unique(operations: readonly Operation[]): readonly Operation[] {
  return operations.filter(({ name }, index) => operations.findIndex((one) => one.name === name) === index)
}

const offered = 'heddle run … --write yes writes them; --format json shows each as a patch'
const blockedOffer = 'nothing is written while a blocking gate fails'

interface Drafted {
  readonly sight: Sight
  readonly draft: SetupDraft
  readonly isBlocked: boolean
}

function resultOf({ sight, draft, isBlocked: blocked }: Drafted): SetupResult {
  const files = draft.proposals.map((proposal) => fileOf(proposal, sight))
  const left = files.filter(({ status }) => status === 'proposed').length
  const offer = left === 0 ? [] : [blocked ? blockedOffer : offered]
  return {
    summary: [
      surveyLine(sight.survey),
      ...draft.told,
      ...files.map(({ status, path, why }) => `${status} ${path}: ${why}`),
      ...offer,
    ],
    survey: sight.survey,
    files,
    verdicts: draft.verdicts,
    facts: draft.facts ?? {},
    unread: missed(sight.outcomes),
  }
}

function fileOf(proposal: Proposal, { outcomes, paths }: Sight): ProposedFile {
  const { path, why } = proposal
  const outcome = outcomes.find(({ kind, name }) => kind === 'create-file' && name === `create ${path}`)
  if (outcome && outcome.status !== 'done') return { path, why, status: 'failed', patch: patchOf(proposal) }
  const isKept = outcome
    ? !(outcome.output as { created: boolean }).created
    : paths.some((there) => there.toLowerCase() === path.toLowerCase())
  if (isKept) return { path, why, status: 'kept', patch: null }
  return { path, why, status: outcome ? 'written' : 'proposed', patch: patchOf(proposal) }
}

function surveyLine({ languages, sources, tests, commands, agentFiles, homes }: ProjectSurvey): string {
  const spoken = languages.map(({ language, files }) => `${language} (${files})`).join(', ')
  const named = commands.map(({ purpose }) => purpose)
  const has = [...homes, ...agentFiles].join(', ')
  return [
    spoken === '' ? 'no source files' : `${spoken}: ${sources} sources, ${tests} tests`,
    named.length === 0 ? 'no commands in manifests' : `commands for ${[...new Set(named)].join(', ')}`,
    has === '' ? 'nothing for agents yet' : `for agents there is ${has}`,
  ].join('; ')
}
