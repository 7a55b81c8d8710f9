package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight, tileWidth = 8, 256

// proofFile is a C2SP tlog-proof: the leaf's sibling comes first in the path, as in a tlog.RecordProof.
type proofFile struct {
	index      int64
	path       tlog.RecordProof
	checkpoint []byte
}

func readProof(name string) (*proofFile, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	head, checkpoint, found := bytes.Cut(data, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return nil, errors.New("not a tlog-proof")
	}
	proof := &proofFile{checkpoint: checkpoint}
	if proof.index, err = parseNumber(strings.TrimPrefix(lines[1], "index ")); err != nil {
		return nil, err
	}
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		proof.path = append(proof.path, hash)
	}
	return proof, nil
}

func parseNumber(text string) (int64, error) {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number < 0 || strconv.FormatInt(number, 10) != text {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return number, nil
}

// tileFiles reads C2SP tlog-tiles from a folder. Their paths are Go's without the height.
type tileFiles string

func (folder tileFiles) Height() int { return tileHeight }

func (folder tileFiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(folder), path))
		if err != nil {
			return nil, err
		}
		all[i] = data
	}
	return all, nil
}

func (folder tileFiles) SaveTiles([]tlog.Tile, [][]byte) {}

// readEntries reads the entries of a log of `size`: in each tile a length of two bytes before each entry.
func readEntries(folder string, size int64) ([][]byte, error) {
	var entries [][]byte
	for first := int64(0); first < size; first += tileWidth {
		tile := tlog.Tile{H: tileHeight, N: first / tileWidth, W: int(min(tileWidth, size-first))}
		path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil {
			return nil, err
		}
		for range tile.W {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("%s ends too early", path)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			entries, data = append(entries, data[2:end]), data[end:]
		}
		if len(data) != 0 {
			return nil, fmt.Errorf("%s has more than its entries", path)
		}
	}
	return entries, nil
}
