import { type Bar, barKey, rowsOf, startOf, type Timeline } from './timeline.ts'

const rowHeight = 24
const axisHeight = 22
const laneGap = 10
const nameWidth = 84
const lanes = ['io', 'process', 'network', 'agent']

interface Row {
  readonly y: number
  readonly bars: readonly Bar[]
}

interface LaneRows {
  readonly lane: string
  readonly y: number
  readonly rows: readonly Row[]
}

/** A run over time, lane by lane: waits, tries, what fell back, and the chain that nothing could have shortened. */
export function TimelineDrawing({
  timeline,
  width,
  chosen,
  linkOf,
}: {
  readonly timeline: Timeline
  readonly width: number
  /** Key of the operation that is looked at. */
  readonly chosen: string
  linkOf(bar: Bar): string
}) {
  const { endMs, bars } = timeline
  const laneRows = placeLanes(timeline)
  const last = laneRows.at(-1)
  const height = last ? last.y + Math.max(last.rows.length, 1) * rowHeight + 8 : 60
  const scale = (ms: number): number => nameWidth + (ms / endMs) * (width - nameWidth - 8)
  return (
    <svg
      class="timeline"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="group"
      aria-label={`${bars.length} operations over ${formatMs(endMs)}`}
    >
      {ticksOf(endMs, width).map((ms) => (
        <g key={ms} class="tick" aria-hidden="true">
          <line x1={scale(ms)} x2={scale(ms)} y1={axisHeight} y2={height} />
          <text x={scale(ms) + 3} y={14}>
            {formatMs(ms)}
          </text>
        </g>
      ))}
      {laneRows.map(({ lane, y, rows }) => (
        <g key={lane} role="group" aria-label={`lane ${lane}`}>
          <text x={4} y={y + 16} class="lane">
            {lane}
          </text>
          {rows.map((row) =>
            row.bars.map((bar) => (
              <BarDrawing
                key={barKey(bar)}
                bar={bar}
                y={row.y}
                scale={scale}
                endMs={endMs}
                isChosen={barKey(bar) === chosen}
                link={linkOf(bar)}
              />
            )),
          )}
        </g>
      ))}
    </svg>
  )
}

function placeLanes({ bars, endMs }: Timeline): readonly LaneRows[] {
  const begun = bars.filter(({ attempts }) => attempts.length > 0)
  const names = [
    ...new Set([
      ...lanes.filter((lane) => begun.some((bar) => bar.lane === lane)),
      ...begun.map((bar) => bar.lane),
    ]),
  ]
  let y = axisHeight + 4
  return names.map((lane) => {
    const top = y
    const rows = rowsOf(
      begun.filter((bar) => bar.lane === lane),
      endMs,
    ).map((bars, index) => ({ y: top + index * rowHeight, bars }))
    y += rows.length * rowHeight + laneGap
    return { lane, y: top, rows }
  })
}

function BarDrawing({
  bar,
  y,
  scale,
  endMs,
  isChosen,
  link,
}: {
  readonly bar: Bar
  readonly y: number
  scale(ms: number): number
  readonly endMs: number
  readonly isChosen: boolean
  readonly link: string
}) {
  const { name, group, status, attempts, moments, isCritical, endedAt, worker } = bar
  const from = startOf(bar)
  const to = endedAt ?? endMs
  const left = scale(from)
  const whole = Math.max(scale(to) - left, 3)
  const label = describeBar(bar, to - from)
  const waited = moments.find(({ what }) => what === 'waited')
  return (
    <a
      href={link}
      class={`bar ${status}${isCritical ? ' critical' : ''}${isChosen ? ' chosen' : ''}`}
      aria-label={label}
      data-operation={`${group}/${name}`}
    >
      <title>{label}</title>
      {waited && waited.at < from && (
        <line class="wait" x1={scale(waited.at)} x2={left} y1={y + 10} y2={y + 10} />
      )}
      {attempts.map((attempt, index) => {
        const start = scale(attempt.from)
        return (
          <rect
            key={index}
            class={`attempt ${attempt.why}${index < attempts.length - 1 ? ' given-up' : ''}`}
            x={start}
            y={y + 2}
            width={Math.max(scale(attempt.to ?? to) - start, 2)}
            height={rowHeight - 7}
            rx="3"
          />
        )
      })}
      {attempts.length === 0 && <rect class="attempt" x={left} y={y + 2} width={3} height={rowHeight - 7} />}
      {whole > 40 && (
        <text x={left + 5} y={y + 14.5}>
          {fit(worker === undefined ? name : `${name} @ ${worker}`, whole - 10)}
        </text>
      )}
      {isCritical && (
        <line class="critical" x1={left} x2={left + whole} y1={y + rowHeight - 3} y2={y + rowHeight - 3} />
      )}
    </a>
  )
}

function describeBar(
  { name, group, kind, status, attempts, moments, isCritical, worker }: Bar,
  ms: number,
): string {
  return [
    `${group}/${name}`,
    kind,
    status,
    formatMs(ms),
    attempts.length > 1 ? `${attempts.length} tries` : '',
    worker === undefined ? '' : `on ${worker}`,
    isCritical ? 'on the critical path' : '',
    ...moments.map(({ text }) => text),
  ]
    .filter(Boolean)
    .join(', ')
}

function fit(text: string, width: number): string {
  const most = Math.floor(width / 6.6)
  return text.length <= most ? text : `${text.slice(0, Math.max(most - 1, 1))}…`
}

/** Round times, no nearer to each other than can be read. */
function ticksOf(endMs: number, width: number): readonly number[] {
  const wanted = Math.max(Math.floor((width - nameWidth) / 90), 2)
  const rough = endMs / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough
  return Array.from({ length: Math.floor(endMs / step) + 1 }, (_, index) => index * step)
}

/** Milliseconds as people read them. */
export function formatMs(ms: number): string {
  if (ms < 1) return ms === 0 ? '0' : `${Math.round(ms * 1000)} µs`
  if (ms < 1000) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`
  return ms < 60_000 ? `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s` : `${(ms / 60_000).toFixed(1)} min`
}
