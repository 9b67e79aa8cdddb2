// The page of the demo. The server tells what was said, as events; this file
// shows it and posts what is typed. It keeps nothing but what it shows.
(() => {
  'use strict';

  const setup = JSON.parse(document.body.dataset.setup);
  const people = new Map(setup.people.map((p, i) => [p.id, { ...p, tint: i % 6 }]));
  const mention = '@' + setup.bot;
  const $ = (id) => document.getElementById(id);
  const log = $('log'), box = $('box');
  const narrow = matchMedia('(max-width: 760px)'); // as in chat.css

  const here = { as: setup.people[0].id, chat: 'group' };
  let entries = [];             // all that this person may read, oldest first
  let told = false;             // whether the server has told all it had
  let elsewhere = [];           // what came for others: its id and whom for
  let opened = 0;               // what was there when this tab was opened counts as read
  const read = new Map();       // up to which id, by thread
  const drafts = new Map();     // what stands in the box, by person and chat
  const spoke = new Set();      // who has said something to the bot
  let mentions = true;          // whether what is said in the group is said to the bot
  let typing = null;

  // el makes an element: attributes, then children; strings become text.
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
      else if (value !== false && value != null) node.setAttribute(name, value === true ? '' : value);
    }
    node.append(...children.filter((c) => c != null));
    return node;
  }

  function face(person) {
    return el('span', { class: 'face tint' + person.tint, 'aria-hidden': 'true' }, person.name.slice(-2));
  }
  function botFace() {
    return el('span', { class: 'face', 'aria-hidden': 'true' }, el('img', { src: 'icon.svg', alt: '' }));
  }

  // ── who and where ──

  const me = () => people.get(here.as);
  const key = () => here.as + '/' + here.chat;
  // thread names a conversation: the group is the same for everybody.
  const thread = (chat, as = here.as) => (chat === 'group' ? chat : as + '/' + chat);

  function readHash() {
    const wish = new URLSearchParams(location.hash.slice(1));
    if (people.has(wish.get('as'))) here.as = wish.get('as');
    if (['group', 'private'].includes(wish.get('chat'))) here.chat = wish.get('chat');
  }

  // go turns to a person and a chat.
  function go(as, chat) {
    drafts.set(key(), box.value);
    const other = as !== here.as;
    read.set(thread(here.chat), last);
    here.as = as;
    here.chat = chat;
    read.set(thread(here.chat), last);
    history.replaceState(null, '', '#' + new URLSearchParams(here));
    drawer(false);
    if (other) {
      forget();
      connect();
    }
    show();
    if (chat === 'private') enter();
  }

  function draw() {
    drawSide();
    drawHead();
    drawLog();
    drawChips();
  }

  function show() {
    draw();
    setBox(drafts.get(key()) || '');
    // Not from under someone who goes through the people by keyboard.
    if (!$('people').querySelector(':focus-visible')) focusBox();
  }

  function drawSide() {
    if (!$('people').querySelector('input')) {
      for (const p of people.values()) {
        $('people').append(el('label', {},
          el('input', { type: 'radio', name: 'as', value: p.id, onchange: () => go(p.id, here.chat) }),
          face(p), el('span', { class: 'two' }, el('b', {}, p.name), el('small', {}, p.role))));
      }
    }
    for (const radio of $('people').querySelectorAll('input')) {
      radio.checked = radio.value === here.as;
      radio.parentNode.querySelector('.count')?.remove();
      const unread = unreadBy(radio.value);
      if (unread) radio.parentNode.append(badge(unread));
    }
    $('chats').replaceChildren(...['group', 'private'].map((chat) => {
      const group = chat === 'group';
      const unread = unreadIn(chat);
      return el('li', {}, el('button', { type: 'button', 'aria-current': chat === here.chat ? 'true' : null, onclick: () => go(here.as, chat) },
        group ? el('span', { class: 'face many', 'aria-hidden': 'true' }, '群') : botFace(),
        el('span', { class: 'two' },
          el('b', {}, group ? `${setup.group}（${people.size + 1}）` : setup.bot),
          el('small', {}, group ? '大家都看得到' : '私聊，只有您看得到')),
        unread ? badge(unread) : null));
    }));
  }

  const badge = (n) => el('span', { class: 'count' }, String(n > 99 ? '99+' : n), el('span', { class: 'unseen' }, '条未读'));

  function drawHead() {
    const group = here.chat === 'group';
    $('title').textContent = group ? `${setup.group}（${people.size + 1}）` : setup.bot;
    $('members').textContent = group
      ? [...people.values()].map((p) => p.name).join('、') + '、' + setup.bot
      : '机器人 · 私聊';
    const others = [...people.keys()].reduce((sum, as) => sum + unreadBy(as), 0);
    $('menu').replaceChildren(face(me()), ...(others ? [badge(others)] : []), me().name, el('span', { class: 'unseen' }, '，换身份'));
    const unread = unreadIn(group ? 'private' : 'group');
    $('other').replaceChildren(group ? '去私聊' : '回群里', ...(unread ? [badge(unread)] : []));
  }

  function unreadIn(chat) {
    if (chat === here.chat) return 0;
    const from = readTo(thread(chat));
    return entries.filter((e) => e.chat === chat && e.id > from && e.kind !== 'turned' && !(e.kind === 'said' && e.member === here.as)).length;
  }

  // unreadBy counts what somebody else has not read in their private chat.
  function unreadBy(as) {
    if (as === here.as) return 0;
    const from = readTo(thread('private', as));
    return elsewhere.filter((e) => e.member === as && e.id > from).length;
  }

  const readTo = (where) => Math.max(opened, read.get(where) || 0);

  function drawer(open) {
    document.body.classList.toggle('drawer', open);
    $('shade').hidden = !open;
    document.querySelector('main').inert = open;
    $('menu').setAttribute('aria-expanded', String(open));
    if (open) $('people').querySelector(':checked').focus();
  }

  // ── the conversation ──

  function drawLog() {
    log.setAttribute('aria-busy', 'true');
    typing = null;
    log.replaceChildren(intro());
    let day = '';
    for (const e of entries) if (e.chat === here.chat) day = append(e, day);
    log.dataset.day = day;
    afterChange(true);
    log.removeAttribute('aria-busy');
  }

  function intro() {
    const p = me();
    const what = p.office ? '点下面的“汇总”，看各单位报上来的数。' : '点下面的“填报”，机器人一项一项问，用平常的话答就行。';
    return el('div', { class: 'intro' },
      el('p', {}, `您现在是${p.role}${p.name}。${what}`),
      clock && el('p', {}, '点上面的“快进”，活动时间走到下一次提醒，看谁收到、谁不用再提醒。'),
      el('p', {}, `${narrow.matches ? '点左上角' : '在左边'}可以换一个身份。这是演示，消息不会发到这台电脑之外。`));
  }

  // append shows an entry at the end, behind a line with the day if that is new.
  function append(e, day) {
    if (e.kind === 'turned') {
      turn(e);
      return day;
    }
    const nodes = [];
    if (e.day !== day) nodes.push(el('p', { class: 'day' }, e.day));
    nodes.push(e.kind === 'said' ? message(e) : answer(e));
    if (typing) typing.before(...nodes); else log.append(...nodes);
    return e.day;
  }

  function message(e) {
    const p = people.get(e.member), own = e.member === here.as;
    const meta = own ? [el('time', {}, e.time)] : [p.name, el('span', {}, p.role), el('time', {}, e.time)];
    const words = el('div', { class: 'words' });
    const text = e.text || ''; // a file may come without words
    if (e.chat === 'group' && text.trimStart().startsWith(mention)) {
      words.append(el('span', { class: 'at' }, mention), text.trimStart().slice(mention.length));
    } else {
      words.append(text);
    }
    const body = el('div', { class: 'body' }, el('div', { class: 'meta' }, ...meta), el('div', { class: 'bubble' }, e.file ? attachment(e) : null, words));
    if (own && !e.heard) {
      body.append(el('div', { class: 'hint' }, '没有@机器人，它看不到',
        el('button', { type: 'button', onclick: () => { mentions = true; fill(e.text); } }, '补上@再发')));
    }
    return el('div', { class: own ? 'msg own' : 'msg' }, own ? el('span', { class: 'unseen' }, '我：') : null, face(p), body);
  }

  function botBody(time, by, ...content) {
    return el('div', { class: 'msg bot' }, botFace(), el('div', { class: 'body' },
      el('div', { class: 'meta' }, by || setup.bot, el('span', { class: 'tag' }, '机器人'), time ? el('time', {}, time) : null),
      ...content));
  }

  // attachment shows a picture, or another file to be fetched.
  function attachment(e) {
    const address = 'file?' + new URLSearchParams({ as: here.as, id: e.id });
    if (e.file.image) return el('a', { href: address, target: '_blank', rel: 'noopener' }, el('img', { class: 'picture', src: address, alt: e.file.name }));
    return el('a', { class: 'file', href: address, download: e.file.name },
      el('b', {}, e.file.name), el('small', {}, Math.ceil(e.file.size / 1024) + ' KB'));
  }

  // cardOf shows a card: a title, and buttons to press.
  function cardOf(e) {
    const face = el('div', { class: 'card', 'data-entry': e.id });
    drawCard(face, e.card, e.chat);
    return face;
  }

  function drawCard(face, card, chat) {
    face.replaceChildren(el('p', {}, card.Title), el('div', { class: 'buttons' }, ...(card.Buttons || []).map((b, i) => el('button', {
      type: 'button',
      onclick: () => post('press', { as: here.as, chat, task: card.Task, button: i }, note),
    }, b.Label))));
  }

  // turn puts another card in the place of one that was pressed.
  function turn(e) {
    const face = log.querySelector(`[data-entry="${e.re}"]`);
    if (face) drawCard(face, e.card, e.chat);
  }

  function answer(e) {
    const bubble = el('div', { class: 'bubble' });
    const asked = e.re && entries.find((x) => x.id === e.re);
    if (e.chat === 'group' && asked) {
      const words = (asked.text || '').replace(mention, '').trim().split('\n')[0] || (asked.file ? asked.file.name : '');
      bubble.append(el('p', { class: 'quoted' }, `${people.get(e.member).name}：${words}`));
    }
    if (e.kind === 'reply' || e.kind === 'pushed') {
      const md = el('div', { class: 'md' });
      md.innerHTML = e.html || ''; // made by the server, which lets no HTML through
      if (e.html) bubble.append(md);
      if (e.file) bubble.append(attachment(e));
      if (e.card) bubble.append(cardOf(e));
    } else if (e.kind === 'silent') {
      bubble.append('机器人没有回答这条消息。');
    } else {
      bubble.classList.add('bad');
      bubble.append(el('p', {}, asked ? '这条消息没有得到回答，请再发一次。' : '机器人没有应答。'), el('small', {}, e.text));
      if (asked && asked.member === here.as) {
        const again = el('div', { class: 'hint' }, el('button', { type: 'button', onclick: () => fill(bare(asked.text)) }, '放回输入框'));
        return botBody(e.time, e.by, bubble, again);
      }
    }
    return botBody(e.time, e.by, bubble);
  }

  // note shows in this tab alone that a message did not get out.
  function note(text) {
    const node = el('p', { class: 'note' }, text);
    if (typing) typing.before(node); else log.append(node);
    afterChange(true);
  }

  // afterChange shows whether the bot is writing, and keeps the end in sight.
  function afterChange(toEnd) {
    const answered = new Set(entries.map((e) => e.re));
    const open = entries.some((e) => e.kind === 'said' && e.heard && e.chat === here.chat && !answered.has(e.id));
    if (open && !typing) {
      typing = botBody('', '', el('div', { class: 'bubble typing' },
        el('i'), el('i'), el('i'), el('span', { class: 'unseen' }, '机器人正在输入')));
      log.append(typing);
    } else if (!open && typing) {
      typing.remove();
      typing = null;
    }
    if (toEnd) log.scrollTop = log.scrollHeight;
    atEnd = nearEnd();
    $('latest').hidden = atEnd;
  }

  let atEnd = true; // of the conversation, as far as the visitor scrolled
  const nearEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 90;

  // ── what the server tells ──

  let stream = null, mark = '', last = 0, retry = 0, epoch = '';

  function forget() {
    entries = [];
    elsewhere = [];
    told = false;
    mark = '';
    last = 0;
  }

  function connect() {
    disconnect();
    const mine = new EventSource('events?' + new URLSearchParams({ as: here.as, after: mark }));
    stream = mine;
    const current = (handle) => (event) => {
      if (stream !== mine) return;
      if (event.lastEventId) mark = event.lastEventId;
      handle(event);
    };
    mine.onopen = current(() => { $('offline').hidden = true; });
    mine.onerror = current(() => {
      $('offline').hidden = false;
      $('offline').textContent = '和本机服务的连接断了，正在重连。请看运行演示的窗口是否还开着。';
      if (mine.readyState === EventSource.CLOSED) retry = setTimeout(connect, 3000);
    });
    mine.addEventListener('reset', current(() => {
      forget();
      drawLog();
    }));
    mine.addEventListener('ready', current(() => {
      if (told) return; // the stream goes on where it broke off
      told = true;
      const [run] = mark.split('.');
      if (run !== epoch) { // the service was started anew, and counts from one again
        epoch = run;
        opened = last;
        read.clear();
      }
      read.set(thread(here.chat), last);
      draw();
    }));
    mine.addEventListener('elsewhere', current((event) => {
      const e = JSON.parse(event.data);
      if (e.id <= last) return;
      last = e.id;
      elsewhere.push(e);
      if (!told) return;
      drawSide();
      drawHead();
    }));
    mine.addEventListener('clock', current((event) => setClock(JSON.parse(event.data))));
    mine.onmessage = current((event) => take(JSON.parse(event.data)));
  }

  function disconnect() {
    clearTimeout(retry);
    if (stream) stream.close();
    stream = null;
  }

  function take(e) {
    if (e.id <= last) return;
    last = e.id;
    entries.push(e);
    if (e.kind === 'said' && e.heard && e.member === here.as) spoke.add(here.as);
    if (!told) return;
    if (e.chat !== here.chat) {
      drawSide();
      drawHead();
      return;
    }
    const own = e.kind === 'said' && e.member === here.as;
    const stick = own || nearEnd();
    log.dataset.day = append(e, log.dataset.day);
    read.set(thread(here.chat), e.id);
    afterChange(stick);
    if (own) drawChips();
  }

  // A browser gives a page six connections, all tabs together, so tabs that
  // nobody looks at hold none.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) disconnect();
    else if (!stream) connect();
  });

  // ── the campaign's clock ──

  let clock = null;   // as the server told it last
  let started = 0;    // when that was, by the browser's own clock
  let jumping = false;

  function setClock(told) {
    clock = told;
    started = performance.now();
    drawClock();
  }

  // instant reads a time of the campaign, which is the same wherever the browser is.
  const instant = (text) => new Date(text + 'Z');
  const pad = (n) => String(n).padStart(2, '0');

  function drawClock() {
    if (!clock) return;
    const now = new Date(instant(clock.now).getTime() + performance.now() - started);
    $('now').textContent = `${now.getUTCFullYear()}年${now.getUTCMonth() + 1}月${now.getUTCDate()}日 星期${'日一二三四五六'[now.getUTCDay()]} `
      + [now.getUTCHours(), now.getUTCMinutes(), now.getUTCSeconds()].map(pad).join(':');
    const next = clock.next && instant(clock.next);
    $('clock').hidden = false;
    $('jump').disabled = jumping || !next;
    if (!next) {
      $('jump').textContent = '日程上的提醒都已过去';
    } else {
      $('jump').textContent = jumping ? '正在快进…' : '快进到 '
        + (next.getUTCFullYear() === now.getUTCFullYear() ? '' : next.getUTCFullYear() + '年')
        + `${next.getUTCMonth() + 1}月${next.getUTCDate()}日 ${next.getUTCHours()}时`
        + (next.getUTCMinutes() ? pad(next.getUTCMinutes()) + '分' : '');
    }
    $('coming').textContent = next && clock.what ? '下一步：' + clock.what : '';
    $('jump').title = $('coming').textContent;
  }

  async function jump() {
    if (jumping || !clock || !clock.to) return;
    jumping = true;
    drawClock();
    // A second click of the same hand is no wish to go on; and it takes a moment for
    // what is due to arrive.
    await Promise.all([request('jump', json({ to: clock.to }), note), new Promise((done) => setTimeout(done, 1000))]);
    jumping = false;
    drawClock();
  }

  // ── speaking ──

  const json = (body) => ({ headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

  // request posts something, and says why if it was not taken.
  async function request(path, what, failed) {
    try {
      const response = await fetch(path, { method: 'POST', ...what });
      if (response.ok) return;
      const told = await response.json().catch(() => ({}));
      failed(told.error || `没有发出（${response.status}）。`);
    } catch {
      failed('没有发出：连不上本机的服务。请看运行演示的窗口是否还开着。');
    }
  }

  let tail = Promise.resolve(); // one request after the other, in order

  function post(path, body, failed) {
    tail = tail.then(() => request(path, json(body), failed));
  }

  function say(text) {
    const from = key();
    const words = here.chat === 'group' && mentions && !text.includes(mention) ? mention + ' ' + text : text;
    post('send', { ...here, text: words }, (why) => {
      if (key() !== from) {
        drafts.set(from, text);
        return;
      }
      note(why);
      if (box.value === '') fill(text);
    });
  }

  // attach sends a file. What it is worth is the bot's to say.
  function attach(chosen) {
    const where = '?' + new URLSearchParams({ ...here, name: chosen.name });
    tail = tail.then(() => request('upload' + where, { body: chosen }, note));
  }

  function enter() {
    post('enter', { as: here.as }, () => {}); // the next message will say what is wrong
  }

  // bare is a message without the mention that say put before it.
  const bare = (text) => (text.startsWith(mention + ' ') ? text.slice(mention.length + 1) : text);

  function setBox(text) {
    box.value = text;
    changed();
    box.setSelectionRange(text.length, text.length);
  }

  function changed() {
    const group = here.chat === 'group';
    box.style.height = 'auto';
    box.style.height = box.scrollHeight + 'px';
    box.placeholder = group && !mentions ? '在群里说句话' : '发给' + setup.bot;
    $('go').disabled = box.value.trim() === '';
    $('mention').hidden = $('heard').hidden = !group;
    $('mention').setAttribute('aria-pressed', String(mentions));
    $('attach').title = group ? '发图片（群里会@机器人）' : '发图片或文件';
    $('file').accept = group ? 'image/*' : '';
    $('heard').textContent = mentions ? '' : '没有@，机器人看不到';
  }

  // focusBox lets people type at once. On a phone it would raise the keyboard.
  function focusBox() {
    if (!narrow.matches) box.focus();
  }

  // fill puts words into the box, for the visitor to look at and send.
  function fill(text) {
    setBox(text);
    box.focus();
    box.scrollTop = 0;
  }

  function submit() {
    const text = box.value.trim();
    if (text === '') return;
    setBox('');
    say(text);
  }

  function drawChips() {
    const p = me();
    const unit = setup.people.find((x) => x.unit)?.unit;
    const sends = (text) => ({ text });
    const fills = (text, label) => ({ text, label, fills: true });
    const chips = p.office
      ? [sends('汇总'), sends('谁没报'), ...(unit ? [sends('查 ' + unit)] : []), sends('催报'), sends('提醒计划'), fills('通知 '), sends('送达'), sends('帮助')]
      : [sends('填报'), fills('3次，参与120人次'), ...(setup.sample ? [fills(setup.sample, '粘贴一份填好的表')] : []), sends('预览'), sends('帮助')];
    $('chips').replaceChildren(...chips.map((chip, i) => el('button', {
      type: 'button',
      class: [chip.fills && 'fills', i === 0 && !spoke.has(here.as) && 'first'].filter(Boolean).join(' ') || null,
      title: chip.fills ? '放进输入框，看过再发' : '直接发送',
      onclick: () => {
        mentions = true;
        changed();
        if (chip.fills) {
          fill(chip.text);
        } else {
          say(chip.text);
          focusBox();
        }
      },
    }, chip.label || chip.text)));
  }

  // ── joining it up ──

  $('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
    box.focus();
  });
  box.addEventListener('input', changed);
  box.addEventListener('keydown', (event) => {
    // While an input method is composing, Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  $('mention').addEventListener('click', () => {
    mentions = !mentions;
    changed();
    focusBox();
  });
  $('attach').addEventListener('click', () => $('file').click());
  $('file').addEventListener('change', () => {
    for (const chosen of $('file').files) attach(chosen);
    $('file').value = '';
  });
  $('menu').addEventListener('click', () => drawer(true));
  $('close').addEventListener('click', () => { drawer(false); $('menu').focus(); });
  $('shade').addEventListener('click', () => drawer(false));
  $('jump').addEventListener('click', jump);
  setInterval(drawClock, 1000);
  $('other').addEventListener('click', () => go(here.as, here.chat === 'group' ? 'private' : 'group'));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && document.body.classList.contains('drawer')) {
      drawer(false);
      $('menu').focus();
    }
  });
  log.addEventListener('scroll', () => {
    atEnd = nearEnd();
    if (atEnd) $('latest').hidden = true;
  });
  // The end stays in sight when the box grows or a keyboard comes up.
  new ResizeObserver(() => { if (atEnd) log.scrollTop = log.scrollHeight; }).observe(log);
  $('latest').addEventListener('click', () => { log.scrollTop = log.scrollHeight; });
  addEventListener('resize', changed);
  addEventListener('hashchange', () => {
    const before = { ...here };
    readHash();
    const next = { ...here };
    Object.assign(here, before);
    if (next.as !== before.as || next.chat !== before.chat) go(next.as, next.chat);
  });

  readHash();
  show();
  if (!document.hidden) connect();
  if (here.chat === 'private') enter();
})();
