export type { Diagnostic, Place, Severity } from './base/diagnostic.ts'
export { HeddleError } from './base/diagnostic.ts'
export type { Schema } from './base/schema.ts'
export { type TokenShape, tokenShapes } from './base/token-shapes.ts'
export type { ProcessOptions, ProcessResult } from './base/process.ts'
export { startOf as startOfProcess } from './base/process-identity.ts'
export type { Config, Extended } from './config.ts'
export { defineConfig } from './config.ts'
export type { ExplainConfigOptions, ExplainedConfig } from './config/explain-config.ts'
export { explainConfig } from './config/explain-config.ts'
export { jsonSchemaOfConfig } from './config/json-schema.ts'
export type { ConfigValue } from './config/merge-configs.ts'
export type { Explained, ExplainedInPlace, Resolved } from './answers.ts'
export type { ContextRequest, Framework, Listed, ListKind } from './facade.ts'
export type { ArgumentsOf, CommandName, ModuleReference, Register } from './register.ts'
export type { FrameworkOptions } from './framework.ts'
export { createFramework } from './framework.ts'
export { type CodeExplanation, type CodeExplanations, findExplanation } from './explain/explanation.ts'
export { readCodes } from './explain/read-codes.ts'
export type { ReferenceTotals } from './load/card.ts'
export type { CheckReport } from './load/check.ts'
export type { Change, Watching, WatchOptions } from './live.ts'
export type { CheckOptions } from './questions.ts'
export { meaningOf } from './load/codes.ts'
export type { BrokenReference, Deletion } from './load/deletion.ts'
export type { Chain, Referrer, Referrers } from './load/referrers.ts'
export type { Context, ContextOptions, ContextSection } from './compose/context.ts'
export type { ContextCut } from './compose/cuts.ts'
export type { PreparedContext } from './compose/prepare.ts'
export type { PrefixDifference } from './compose/prefix.ts'
export type { Audience, ContextConfig } from './compose/settings.ts'
export type { TokenizerName } from './compose/tokenizer.ts'
export type { Composition, Integration, Levels } from './load/composition.ts'
export type { GitSource, PackageSource } from './load/open-packages.ts'
export type { Explanation, PassedOver, PluginHand } from './load/explain.ts'
export type { RegistryFigures } from './load/registry.ts'
export type { Graph, GraphModule, GraphReference } from './load/graph.ts'
export type { ModuleView } from './load/module-view.ts'
export type { PipelineChange, PipelineStep } from './load/pipeline.ts'
export type { ReferenceEdit } from './mend/edit.ts'
export type { FixOptions, FixReport } from './mend/fix.ts'
export type { RenameOptions, RenameReport } from './mend/rename.ts'
export type { Attribute, Block } from './module/blocks.ts'
export type { Document } from './module/document.ts'
export type { Draft } from './module/draft.ts'
export { type FrontMatter, readFrontMatter } from './module/frontmatter.ts'
export type { CodeBlock, Link, Markdown, Range } from './module/markdown.ts'
export type {
  ArgumentSpec,
  CodedError,
  Directive,
  Gate,
  GateSeverity,
  Heading,
  LayerName,
  Module,
  ModuleId,
  Parts,
  Phase,
  Setting,
} from './module/module.ts'
export { readSeverity } from './module/gate-severity.ts'
export type {
  DeclaredFinding,
  DeclaredGate,
  DeclaredGroup,
  DeclaredOperation,
} from './module/module-group.ts'
export type { Placeholder } from './module/placeholder.ts'
export type { Form, FoundReference, ParsedReference, Reference, ReferenceClass } from './module/reference.ts'
export { formatReference, parseReference } from './module/reference.ts'
export type { RunEvent } from './run/events.ts'
export type {
  Executor,
  ExecutorRun,
  OpenExecutor,
  OperationCall,
  QueueCare,
  QueueStatus,
  ServeEvent,
  ServeOptions,
  Serving,
  WorkerHealth,
} from './run/executor.ts'
export type { Written } from './run/memory.ts'
export { writeAgain } from './run/remember.ts'
export type { Errand, ErrandDoors, ErrandEnd, Workbench } from './run/workbench.ts'
export type { OperationFailure, RecoveryStrategy } from './run/failure.ts'
export type { GateSpec, Group, SynthesisContext } from './run/group.ts'
export { defineGroup } from './run/group.ts'
export { declaredSeverity } from './run/gates.ts'
export type {
  Claims,
  Effects,
  Lane,
  Operation,
  OperationContext,
  OperationKind,
  OperationName,
  Quality,
} from './run/operation.ts'
export { defineOperation } from './run/operation.ts'
export type {
  CacheUse,
  GateReport,
  GroupReport,
  Outcome,
  OutcomeStatus,
  Report,
  RunFigures,
  RunStatus,
  Timing,
} from './run/report.ts'
export { createTrace, type Trace, type TraceEvent } from './run/trace.ts'
export type {
  AppliedPlugin,
  Door,
  DoorMap,
  Hooks,
  PlannedElsewhere,
  Planning,
  Plugin,
  ParseContext,
  PluginContext,
  ReferenceContext,
  ResolveRequest,
  TapOptions,
} from './plugin/plugin.ts'
export { definePlugin } from './plugin/plugin.ts'
export type { Collected, Collection, MergePolicy } from './plugin/collection.ts'
export { defineCollection } from './plugin/collection.ts'
export type { PluginFilter } from './plugin/filter.ts'
export type { TapTiming } from './plugin/profile.ts'
export type { Service } from './plugin/service.ts'
export { defineService } from './plugin/service.ts'
export type { GivenArguments } from './plugin/command.ts'
export type { CommandHelp, ListedOperation, ResumeOptions, RunOptions } from './plugin/runner.ts'
export type { Resolution, ResolutionStatus, Rung, Suggestion, Try } from './resolve/trail.ts'
export type { DesignedOperation, ParallelDesign } from './run/design.ts'
export type { Duration } from './run/durations.ts'
export type { PastRuns, ShownRun } from './run/past-runs.ts'
export type { Pruned, RunLimits } from './run/prune-runs.ts'
export type { OperationDifference, RunDifference } from './run/run-difference.ts'
export type { OperationStory, StoryStep } from './run/run-story.ts'
export type { RunSummary } from './run/run-summary.ts'
export type { DurableStore } from './vfs/durable.ts'
export type { Entry, EntryType, Files, FileStat, WritableFiles } from './vfs/file-system.ts'
export type { Path } from './vfs/path.ts'
export { findNearest, type Near } from './base/nearest.ts'
export { isTestPath, type Language, languageOf, sourceEndings } from './source/language.ts'
export { isManifest, type ProjectCommand, type ProjectSurvey, surveyProject } from './source/survey.ts'
export { findImported } from './source/link.ts'
export { maskText } from './source/mask.ts'
export { findNamedTests } from './source/tests.ts'
export { readSource, scanSource, type Source } from './source/source.ts'
export { findKinds, parseSyntax, type SyntaxNode, type SyntaxRange } from './source/syntax.ts'
export type { SourceImport, SourceSymbol, SymbolKind } from './source/symbol.ts'
export { bash, type BashInput, type BashOptions, type BashOutput } from './operations/bash.ts'
export { filesFound } from './operations/files-found.ts'
export { fix, type FixInput, type FixOutput } from './operations/fix.ts'
export type { Isolation } from './base/namespace.ts'
export { edit, type EditInput, type EditOutput } from './operations/edit.ts'
export { glob, type GlobInput, type GlobOutput } from './operations/glob.ts'
export { grep, type GrepInput, type GrepMatch, type GrepOutput } from './operations/grep.ts'
export { list, type ListInput, type ListOutput } from './operations/list.ts'
export type { OperationOptions } from './operations/operation-options.ts'
export { read, type ReadInput, type ReadOutput } from './operations/read.ts'
export { todo, type Todo, type TodoInput, type TodoOutput } from './operations/todo.ts'
export { write, type WriteInput, type WriteOutput } from './operations/write.ts'
