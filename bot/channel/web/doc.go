// Package web serves a bot as a chat on web pages and to mobile apps: a small
// protocol over HTTP and server-sent events, and a widget that speaks it.
//
//	chat, err := web.New(b, nil)
//	defer chat.Close()
//	http.Handle("/chat/", chat)
//
// /chat/ is then a page of its own, and
//
//	<script type="module" src="/chat/widget.js"></script>
//
// puts the widget on any page. The widget is plain HTML, CSS and JavaScript in
// the binary: no framework, no request to anybody else, strict content
// security policy, no HTML from any text.
//
// # How nothing is lost or shown twice
//
// What a browser shows is the conversation's history, each line with its place.
// A stream is a reader of that history that waits at its end: a cut connection
// goes on behind the last place it saw (Last-Event-ID), a reload and a second
// tab read the same lines, a restart of the server changes nothing. Text that
// is still being written comes as provisional parts beside the history; the
// line that is committed takes their place. A message has an id of the
// browser's making, so that sending it again has no second effect.
//
// The protocol is version 1, described in docs/web-protocol.md; a mobile app
// can speak it as well.
package web
