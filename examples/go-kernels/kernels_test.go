// The kernels of examples/kernels as Go benchmarks; KERNELS_SLOWER=3 makes them do 3 % more work.
package kernels

import (
	"math"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// That many per cent more units of work. Counts are multiples of 100, so that 1 % is a whole number of them.
func units(count int) int {
	percent, _ := strconv.ParseFloat(os.Getenv("KERNELS_SLOWER"), 64)
	return int(math.Round(float64(count) * (1 + percent/100)))
}

// Always the same numbers in the same disorder (a linear congruential generator; Knuth's constants for MMIX).
type numbers uint64

func (n *numbers) next() uint64 {
	*n = *n*6364136223846793005 + 1442695040888963407
	return uint64(*n >> 33)
}

var sink int

func BenchmarkKernels(b *testing.B) {
	b.Run("sort", func(b *testing.B) {
		state, from, sorted := numbers(1), make([]int, 32), make([]int, 32)
		for i := range from {
			from[i] = int(state.next())
		}
		repeat(b, 100, func() { copy(sorted, from); sort.Ints(sorted) })
	})
	b.Run("text", func(b *testing.B) {
		repeat(b, 100, func() {
			var text strings.Builder
			for n := 0; n < 16; n++ {
				text.WriteString(strconv.Itoa(n))
			}
			sink += text.Len()
		})
	})
	b.Run("copy", func(b *testing.B) {
		from, to := make([]byte, 16*1024), make([]byte, 16*1024)
		repeat(b, 100, func() { sink += copy(to, from) })
	})
	b.Run("map", func(b *testing.B) {
		state, keys, counts := numbers(2), make([]uint64, 1000), map[uint64]int{}
		for i := range keys {
			keys[i] = state.next()
		}
		at := 0
		repeat(b, 1000, func() { counts[keys[at%len(keys)]]++; at++ })
	})
	b.Run("scan", func(b *testing.B) {
		record := `{"name": "a \"b\"", "values": [1, 2.5, {"x": null}], "ok": true}`
		repeat(b, 100, func() { sink += scan(record) })
	})
	b.Run("chase", func(b *testing.B) {
		chain.once.Do(makeChain)
		next, at := chain.next, uint32(0)
		repeat(b, 1000, func() { at = next[at][0] })
		sink += int(at)
	})
}

var chain struct {
	once sync.Once
	next [][16]uint32
}

// Every cache line of 16 MB in random order; made once, because a benchmark function is called many times.
func makeChain() {
	const lines = 16 * 1024 * 1024 / 64
	next := make([][16]uint32, lines)
	for line := range next {
		next[line][0] = uint32(line)
	}
	state := numbers(3)
	// Sattolo's shuffle gives a single cycle.
	for last := lines - 1; last > 0; last-- {
		other := int(state.next() % uint64(last))
		next[last][0], next[other][0] = next[other][0], next[last][0]
	}
	chain.next = next
}

// An iteration is count units, so that a slowdown can be made exact by count.
func repeat(b *testing.B, count int, unit func()) {
	count = units(count)
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		for n := 0; n < count; n++ {
			unit()
		}
	}
}

// Strings and nesting of a record of JSON.
func scan(record string) int {
	depth, quotes, isString, isEscaped := 0, 0, false, false
	for i := 0; i < len(record); i++ {
		c := record[i]
		switch {
		case isEscaped:
			isEscaped = false
		case c == '\\':
			isEscaped = true
		case c == '"':
			isString = !isString
			quotes++
		case !isString && (c == '{' || c == '['):
			depth++
		case !isString && (c == '}' || c == ']'):
			depth--
		}
	}
	return depth + quotes
}
