package main

import (
	"bufio"
	"database/sql"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// terminal is the shop in a process of its own.
type terminal struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startShop(t *testing.T, exe, db string) *terminal {
	t.Helper()
	cmd := exec.Command(exe, "-db", db, "-lang", "zh")
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	s := &terminal{cmd, in, bufio.NewReader(out)}
	s.until(t)
	return s
}

// until reads up to the next prompt.
func (s *terminal) until(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for !strings.HasSuffix(b.String(), "\n> ") {
		c, err := s.out.ReadByte()
		require.NoError(t, err, b.String())
		b.WriteByte(c)
	}
	return b.String()
}

func (s *terminal) say(t *testing.T, line string) string {
	t.Helper()
	_, err := io.WriteString(s.in, line+"\n")
	require.NoError(t, err)
	return s.until(t)
}

// kill ends the process as kill -9 does.
func (s *terminal) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, s.cmd.Process.Kill())
	_ = s.cmd.Wait()
}

// The process is killed after each line of a return; the next one goes on where
// the customer was, and the return exists once.
func TestKilledInTheMiddleOfAReturn(t *testing.T) {
	t.Parallel()
	exe, db := filepath.Join(t.TempDir(), "shop"), filepath.Join(t.TempDir(), "shop.db")
	out, err := exec.Command("go", "build", "-o", exe, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	for _, step := range []struct{ say, want string }{
		{"我要退货", "哪个订单"}, {"0047", "什么原因"}, {"质量问题", "具体是什么问题"}, {"鞋底开胶了", "发一张照片"}, {"跳过", "确认提交吗"}, {"是的", "退货申请已提交"}, {"谢谢", "不客气"},
	} {
		s := startShop(t, exe, db)
		assert.Contains(t, s.say(t, step.say), step.want)
		s.kill(t)
	}
	file, err := sql.Open("sqlite", db)
	require.NoError(t, err)
	defer func() { assert.NoError(t, file.Close()) }()
	var n int
	require.NoError(t, file.QueryRow(`SELECT COUNT(*) FROM shop_actions`).Scan(&n))
	assert.Equal(t, 1, n)
}
