// Reads a log (a folder or a URL) with the packages that read Go's own checksum database, and says what it found.
//
//	oracle LOG VKEY COSIGNER INDEX… : opens the checkpoint, recomputes the whole tree from the entries, proves
//	each INDEX and each INDEX+1 as an earlier size; prints JSON. Exit 1 on any disagreement.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"oracle/note"
	"oracle/tlog"
)

type answer struct {
	Origin    string
	Size      int64
	Root      tlog.Hash
	Signers   []string
	Inclusion map[int64][]tlog.Hash
	Earlier   map[int64][]tlog.Hash
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func fetch(log, path string) ([]byte, error) {
	if !strings.HasPrefix(log, "http") {
		return os.ReadFile(log + "/" + path)
	}
	response, err := http.Get(strings.TrimSuffix(log, "/") + "/" + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != 200 {
		return nil, fmt.Errorf("%s: %s", path, response.Status)
	}
	return io.ReadAll(response.Body)
}

// place is the C2SP name of what Go calls tile/8/L/N.
func place(t tlog.Tile) string {
	path := strings.TrimPrefix(t.Path(), "tile/8/")
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

type reader struct{ log string }

func (r reader) Height() int                       { return 8 }
func (r reader) SaveTiles([]tlog.Tile, [][]byte)   {}
func (r reader) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, t := range tiles {
		one, err := fetch(r.log, place(t))
		if err != nil {
			return nil, err
		}
		data = append(data, one)
	}
	return data, nil
}

// cosigner checks cosignature/v1, which the note package does not know.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(c.key, append([]byte(head), msg...), sig[8:])
}

func newCosigner(vkey string) cosigner {
	parts := strings.SplitN(vkey, "+", 3)
	id := must(strconv.ParseUint(parts[1], 16, 32))
	key := must(base64.StdEncoding.DecodeString(parts[2]))
	if key[0] != 4 {
		check(fmt.Errorf("not a cosigner: %s", vkey))
	}
	return cosigner{parts[0], uint32(id), key[1:]}
}

// rescan computes the root from nothing but the entries.
func rescan(log string, size int64) tlog.Hash {
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) (found []tlog.Hash, err error) {
		for _, i := range indexes {
			found = append(found, stored[i])
		}
		return found, nil
	})
	for n := int64(0); n < size; {
		t := tlog.Tile{H: 8, L: -1, N: n / 256, W: int(min(256, size-n))}
		data := must(fetch(log, place(t)))
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data)) + 2
			stored = append(stored, must(tlog.StoredHashes(n, data[2:length], read))...)
			data, n = data[length:], n+1
		}
	}
	return must(tlog.TreeHash(size, read))
}

func main() {
	log, vkey, cosign := os.Args[1], os.Args[2], os.Args[3]
	verifiers := []note.Verifier{must(note.NewVerifier(vkey))}
	if cosign != "" {
		verifiers = append(verifiers, newCosigner(cosign))
	}
	opened := must(note.Open(must(fetch(log, "checkpoint")), note.VerifierList(verifiers...)))
	lines := strings.Split(opened.Text, "\n")
	size := must(strconv.ParseInt(lines[1], 10, 64))
	root := must(tlog.ParseHash(lines[2]))
	found := answer{lines[0], size, root, nil, map[int64][]tlog.Hash{}, map[int64][]tlog.Hash{}}
	for _, signature := range opened.Sigs {
		found.Signers = append(found.Signers, signature.Name)
	}
	if again := rescan(log, size); again != root {
		check(fmt.Errorf("the entries lead to %v, the checkpoint says %v", again, root))
	}
	hashes := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, reader{log})
	for _, argument := range os.Args[4:] {
		n := must(strconv.ParseInt(argument, 10, 64))
		proof := must(tlog.ProveRecord(size, n, hashes))
		leaf := must(hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, n)}))[0]
		check(tlog.CheckRecord(proof, size, root, n, leaf))
		older := must(tlog.TreeHash(n+1, hashes))
		tree := must(tlog.ProveTree(size, n+1, hashes))
		check(tlog.CheckTree(tree, size, root, n+1, older))
		found.Inclusion[n], found.Earlier[n+1] = proof, tree
	}
	var out bytes.Buffer
	check(json.NewEncoder(&out).Encode(found))
	os.Stdout.Write(out.Bytes())
}
