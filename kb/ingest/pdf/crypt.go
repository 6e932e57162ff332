package pdf

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
)

// errLocked says that a document opens by a password only.
var errLocked = errors.New("it is locked by a password: save it without one")

// lock decrypts the streams of a document that anyone may read, with the empty
// password, but that forbids changes: the standard security handler of ISO
// 32000-2, 7.6. What such a document forbids is left to who reads it in.
type lock struct {
	key  []byte
	kind name // V2 (RC4), AESV2, AESV3; Identity for nothing
}

// unlock reads what a document says of its encryption; id is the first part of
// its identifier.
func (f *file) unlock(d dict, id text) (*lock, error) {
	v, _ := f.number(d["V"])
	r, _ := f.number(d["R"])
	bits, ok := f.number(d["Length"])
	if !ok {
		bits = 40
	}
	l := &lock{kind: "V2"}
	if v >= 4 {
		l.kind = "Identity"
		if filter, ok := f.get(d["StmF"]).(name); ok && filter != "Identity" {
			l.kind, _ = f.get(f.dict(f.dict(d["CF"])[filter])["CFM"]).(name)
		}
		bits = 128
	}
	o, _ := f.get(d["O"]).(text)
	u, _ := f.get(d["U"]).(text)
	if d["Filter"] != name("Standard") || len(o) < 32 || len(u) < 32 {
		return nil, errLocked
	}
	if v >= 5 {
		ue, _ := f.get(d["UE"]).(text)
		if len(u) < 48 || len(ue) < 32 || !bytes.Equal(hashOf(r, []byte(u[32:40])), []byte(u[:32])) {
			return nil, errLocked
		}
		block, err := aes.NewCipher(hashOf(r, []byte(u[40:48])))
		if err != nil {
			return nil, errLocked
		}
		l.key = make([]byte, 32)
		cipher.NewCBCDecrypter(block, make([]byte, 16)).CryptBlocks(l.key, []byte(ue[:32]))
		return l, nil
	}
	p, _ := f.number(d["P"])
	n := min(max(int(bits)/8, 5), 16)
	h := md5.New()
	h.Write([]byte(padding))
	h.Write([]byte(o[:32]))
	h.Write(binary.LittleEndian.AppendUint32(nil, uint32(int64(p))))
	h.Write([]byte(id))
	if plain, ok := f.get(d["EncryptMetadata"]).(bool); r >= 4 && ok && !plain {
		h.Write([]byte{0xff, 0xff, 0xff, 0xff})
	}
	l.key = h.Sum(nil)[:n]
	if r >= 3 {
		for range 50 {
			sum := md5.Sum(l.key)
			l.key = sum[:n]
		}
	}
	if !l.opens(r, []byte(u), id) {
		return nil, errLocked
	}
	return l, nil
}

// padding stands for the rest of a short password.
const padding = "\x28\xbf\x4e\x5e\x4e\x75\x8a\x41\x64\x00\x4e\x56\xff\xfa\x01\x08\x2e\x2e\x00\xb6\xd0\x68\x3e\x80\x2f\x0c\xa9\xfe\x64\x53\x69\x7a"

// opens checks the key of the empty password.
func (l *lock) opens(r float64, u []byte, id text) bool {
	if r < 3 {
		return bytes.Equal(stream4(l.key, []byte(padding)), u[:32])
	}
	sum := md5.Sum([]byte(padding + string(id)))
	out := sum[:]
	for i := range 20 {
		key := bytes.Clone(l.key)
		for k := range key {
			key[k] ^= byte(i)
		}
		out = stream4(key, out)
	}
	return bytes.Equal(out, u[:16])
}

func stream4(key, b []byte) []byte {
	c, err := rc4.NewCipher(key)
	if err != nil {
		return nil
	}
	out := make([]byte, len(b))
	c.XORKeyStream(out, b)
	return out
}

// hashOf is the hash of the empty password and a salt (revision 5, and algorithm
// 2.B of revision 6).
func hashOf(r float64, salt []byte) []byte {
	sum := sha256.Sum256(salt)
	k := sum[:]
	if r < 6 {
		return k
	}
	for i := 0; ; i++ {
		k1 := bytes.Repeat(k, 64)
		block, err := aes.NewCipher(k[:16])
		if err != nil {
			return nil
		}
		e := make([]byte, len(k1))
		cipher.NewCBCEncrypter(block, k[16:32]).CryptBlocks(e, k1)
		rest := 0
		for _, b := range e[:16] {
			rest += int(b)
		}
		switch rest % 3 {
		case 0:
			s := sha256.Sum256(e)
			k = s[:]
		case 1:
			s := sha512.Sum384(e)
			k = s[:]
		default:
			s := sha512.Sum512(e)
			k = s[:]
		}
		if i >= 63 && int(e[len(e)-1]) <= i-31 {
			return k[:32]
		}
	}
}

// open decrypts a stream of an object.
func (l *lock) open(raw []byte, num, generation int) []byte {
	key := l.key
	if l.kind != "AESV3" {
		own := append(bytes.Clone(key), byte(num), byte(num>>8), byte(num>>16), byte(generation), byte(generation>>8))
		if l.kind == "AESV2" {
			own = append(own, "sAlT"...)
		}
		sum := md5.Sum(own)
		key = sum[:min(len(l.key)+5, 16)]
	}
	switch l.kind {
	case "V2":
		return stream4(key, raw)
	case "AESV2", "AESV3":
		n := len(raw) / 16 * 16
		block, err := aes.NewCipher(key)
		if err != nil || n < 32 {
			return nil
		}
		out := make([]byte, n-16)
		cipher.NewCBCDecrypter(block, raw[:16]).CryptBlocks(out, raw[16:n])
		if pad := int(out[len(out)-1]); pad >= 1 && pad <= 16 {
			out = out[:len(out)-pad]
		}
		return out
	}
	return raw
}
