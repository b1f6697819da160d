import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { declaredSeverity, type Group, type Planning } from 'heddle'
import { changedTree, noAgent, noChecks, notOnDisk, tasksMeet, tooMany, unseen } from './findings.ts'
import { type Check, groupsOf } from './groups.ts'
import { findMeetings } from './meetings.ts'
import type { SwarmOptions } from './options.ts'
import { idOf } from './place.ts'
import { type Changed, openRepository } from './repository.ts'
import { settingsOf } from './settings.ts'
import { readTasks, type Task } from './tasks.ts'

/**
 * An agent for each task at once, the project's own checks where each has worked, a trial merge of every two, then all together on a
 * branch of its own with the checks once more. Gives no groups, and a report, when something is missing.
 */
export async function planSwarm(planning: Planning, options: SwarmOptions): Promise<readonly Group[]> {
  const settings = settingsOf(planning)
  const { tasks, faults } = await readTasks((planning.arguments['tasks'] ?? '').trim(), {
    files: planning.files,
    declared: planning.command.metadata['tasks'],
    path: planning.command.path,
  })
  for (const each of faults) planning.report(each)
  if (tasks.length > settings.mostAgents) planning.report(tooMany(tasks.length, settings.mostAgents))
  if (options.agent === null) planning.report(noAgent())
  if (planning.folder === null) planning.report(notOnDisk())
  const isAsked = faults.length === 0 && tasks.length > 0 && tasks.length <= settings.mostAgents
  if (!isAsked || planning.folder === null) return []
  const opened = await openRepository(planning.folder)
  if (!opened.ok) planning.report(opened.why)
  if (!opened.ok || !mayBegin(planning, opened.changed) || !(await areApart(planning, tasks))) return []
  if (options.agent === null) return []
  const { repository } = opened
  const minutes = options.minutes ?? settings.minutes
  const agent = { program: options.agent, env: options.env, minutes, rules: settings.rules }
  const place = { id: idOf([repository.base, tasks, agent]), repository }
  const checks = await findChecks(planning, planning.folder)
  if (checks.length === 0) planning.report(noChecks())
  return groupsOf(planning, { place, tasks, checks, agent, goesOn: settings.goesOn })
}

/** Whether what is not committed stands in the way is for the gate of the starting point to say. */
function mayBegin(planning: Planning, { tracked, untracked }: Changed): boolean {
  if (untracked.length > 0) planning.report(unseen(untracked))
  if (tracked.length === 0) return true
  const severity = declaredSeverity(planning.modules, 'starting-point-known', 'blocking')
  planning.report(changedTree(tracked, severity === 'blocking'))
  return severity !== 'blocking'
}

async function areApart(planning: Planning, tasks: readonly Task[]): Promise<boolean> {
  const severity = declaredSeverity(planning.modules, 'tasks-apart', 'warning')
  const meetings = await findMeetings(tasks, planning.files)
  for (const meeting of meetings) planning.report(tasksMeet(meeting, severity === 'blocking'))
  return meetings.length === 0 || severity !== 'blocking'
}

/** The checks that the manifests of the project name, as the plugin that knows them would run them. */
async function findChecks(planning: Planning, folder: string): Promise<readonly Check[]> {
  const { groups, diagnostics } = await planning.groupsOf('validation')
  for (const each of diagnostics) if (each.severity !== 'info') planning.report(each)
  const programFolders = programFoldersOf(folder)
  return groups
    .flatMap(({ operations }) => operations)
    .flatMap(({ kind, name, input, deadlineMs }): Check[] => {
      const command = kind === 'bash' ? (input as { command?: string }).command : undefined
      return command === undefined ? [] : [{ name: name ?? command, command, deadlineMs, programFolders }]
    })
}

/** Worktrees hold neither what was installed nor virtual environments. */
function programFoldersOf(folder: string): readonly string[] {
  const found = ['.venv/bin', 'venv/bin'].map((name) => join(folder, name))
  for (let at = folder; ; at = dirname(at)) {
    found.push(join(at, 'node_modules', '.bin'))
    if (dirname(at) === at) return found.filter((path) => existsSync(path))
  }
}
