package main

import (
	"crypto/mldsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const mldsa44 = 0x06

func readKeys(name string) ([]note.Verifier, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var keys []note.Verifier
	for _, line := range strings.Fields(string(data)) {
		key, err := note.NewVerifier(line)
		if err != nil {
			key, err = newSubtreeVerifier(line)
		}
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("none")
	}
	return keys, nil
}

// subtreeVerifier verifies the ML-DSA-44 cosignatures of C2SP tlog-cosignature, which Go's note package does not know.
type subtreeVerifier struct {
	name   string
	id     uint32
	public *mldsa.PublicKey
}

func newSubtreeVerifier(vkey string) (note.Verifier, error) {
	name, rest, _ := strings.Cut(vkey, "+")
	id, encoded, found := strings.Cut(rest, "+")
	typed, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || !found || len(typed) == 0 || typed[0] != mldsa44 {
		return nil, errors.New("not an ML-DSA-44 verifier key")
	}
	digest := sha256.Sum256(append([]byte(name+"\n"), typed...))
	if fmt.Sprintf("%x", digest[:4]) != id {
		return nil, errors.New("the key id does not belong to the key")
	}
	public, err := mldsa.NewPublicKey(mldsa.MLDSA44(), typed[1:])
	return &subtreeVerifier{name, binary.BigEndian.Uint32(digest[:4]), public}, err
}

func (key *subtreeVerifier) Name() string    { return key.name }
func (key *subtreeVerifier) KeyHash() uint32 { return key.id }

// Verify takes a signature line's body: eight bytes of time, then the signature.
func (key *subtreeVerifier) Verify(text, signature []byte) bool {
	if len(signature) < 8 {
		return false
	}
	message, err := key.message(string(text), signature[:8])
	return err == nil && mldsa.Verify(key.public, message, signature[8:], nil) == nil
}

func (key *subtreeVerifier) message(text string, time []byte) ([]byte, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || len(key.name) > 255 || len(lines[0]) > 255 {
		return nil, errors.New("not a checkpoint")
	}
	size, err := strconv.ParseUint(lines[1], 10, 63)
	if err != nil {
		return nil, err
	}
	root, err := tlog.ParseHash(lines[2])
	message := append([]byte("subtree/v1\n\x00"), byte(len(key.name)))
	message = append(append(message, key.name...), time...)
	message = append(append(message, byte(len(lines[0]))), lines[0]...)
	message = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(message, 0), size)
	return append(message, root[:]...), err
}
