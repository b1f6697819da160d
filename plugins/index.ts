import type { AppliedPlugin } from 'heddle'
import { agentsMd } from './agents-md/index.ts'
import { analysis } from './analysis/index.ts'
import { chain } from './chain/index.ts'
import { claude } from './claude/index.ts'
import { context } from './context/index.ts'
import { docs } from './docs/index.ts'
import { enhance } from './enhance/index.ts'
import { feature } from './feature/index.ts'
import { meta } from './meta/index.ts'
import { performance } from './performance/index.ts'
import { protocol } from './protocol/index.ts'
import { queue } from './queue/index.ts'
import { routing } from './routing/index.ts'
import { search } from './search/index.ts'
import { session } from './session/index.ts'
import { setup } from './setup/index.ts'
import { swarm } from './swarm/index.ts'
import { tdd } from './tdd/index.ts'
import { validation } from './validation/index.ts'
import { xmlBlocks } from './xml-blocks/index.ts'

export { agentsMd } from './agents-md/index.ts'
export { analysis, type AnalysisResult } from './analysis/index.ts'
export { chain, type WorkflowResult } from './chain/index.ts'
export { claude } from './claude/index.ts'
export { context, type ContextResult } from './context/index.ts'
export { docs, type DocsResult } from './docs/index.ts'
export { enhance, type EnhanceResult } from './enhance/index.ts'
export { feature, type FeatureResult } from './feature/index.ts'
export { meta, type MetaResult } from './meta/index.ts'
export { performance, type PerformanceResult } from './performance/index.ts'
export { protocol, type ReadinessResult } from './protocol/index.ts'
export { queue, type QueueOptions } from './queue/index.ts'
export { routing, type RoutingDecision } from './routing/index.ts'
export { search, type SearchResult } from './search/index.ts'
export { session } from './session/index.ts'
export { setup, type SetupResult } from './setup/index.ts'
export { swarm, type SwarmCoordination } from './swarm/index.ts'
export { tdd, type TddResult } from './tdd/index.ts'
export { toSarif, validation, type ValidationResult } from './validation/index.ts'
export { xmlBlocks } from './xml-blocks/index.ts'

/** The default plugins: the dialects first, then the patterns. */
export function preset(): readonly AppliedPlugin[] {
  return [
    agentsMd(),
    claude(),
    xmlBlocks(),
    analysis(),
    validation(),
    search(),
    tdd(),
    session(),
    routing(),
    protocol(),
    meta(),
    docs(),
    feature(),
    setup(),
    enhance(),
    performance(),
    context(),
    swarm(),
    chain(),
    queue(),
  ]
}
