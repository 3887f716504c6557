package catalog

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"
)

// Parameters of argon2id (RFC 9106, second recommendation, less memory).
const (
	argonTime    = 2
	argonMemory  = 19 << 10 // KiB
	argonThreads = 1
	argonKey     = 32
)

// HashPassword gives the PHC text of a password's argon2id hash with a new salt.
func HashPassword(password string) string {
	var salt [16]byte
	_, _ = rand.Read(salt[:])
	key := argon2.IDKey([]byte(password), salt[:], argonTime, argonMemory, argonThreads, argonKey)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", argonMemory, argonTime, argonThreads, b64.EncodeToString(salt[:]), b64.EncodeToString(key))
}

// Verifier checks passwords. Hashing is limited to one at a time, so that
// logins cannot eat the machine; what was verified is remembered by a digest of
// the whole credential and the hash it matched, also by those who waited for
// their turn: after a change of leader all clients log in anew at once.
type Verifier struct {
	hashing sync.Mutex
	hashes  int // made, guarded by hashing
	mu      sync.Mutex
	known   map[[32]byte]struct{}
}

// Forget forgets what was verified.
func (v *Verifier) Forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.known = nil
}

const verifiedMax = 10_000

// Verify tells whether password matches the PHC text hash; an empty hash (an
// unknown user) takes as long and never matches.
func (v *Verifier) Verify(hash, password string) bool {
	digest := sha256.Sum256([]byte(hash + "\x00" + password))
	if hash != "" && v.knows(digest) {
		return true
	}
	v.hashing.Lock()
	defer v.hashing.Unlock()
	if hash != "" && v.knows(digest) {
		return true
	}
	v.hashes++
	var memory, time uint32
	var threads uint8
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		argon2.IDKey([]byte(password), make([]byte, 16), argonTime, argonMemory, argonThreads, argonKey)
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &threads); err != nil {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, time, memory, threads, uint32(len(want)))
	if subtle.ConstantTimeCompare(got, want) != 1 {
		return false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.known == nil || len(v.known) >= verifiedMax {
		v.known = map[[32]byte]struct{}{}
	}
	v.known[digest] = struct{}{}
	return true
}

func (v *Verifier) knows(digest [32]byte) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, ok := v.known[digest]
	return ok
}
