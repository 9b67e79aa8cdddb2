package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
)

// because says in the office's words why the machine could not do something;
// what it has no words for it says as the machine does.
func because(err error) string {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "没有这个文件或目录"
	case errors.Is(err, fs.ErrPermission):
		return "没有权限"
	case errors.Is(err, syscall.EISDIR):
		return "这是一个目录，不是文件"
	case errors.Is(err, syscall.ENOTDIR):
		return "路径中有一段是文件，不是目录"
	case errors.Is(err, syscall.ENOSPC):
		return "磁盘满了"
	case errors.Is(err, syscall.EROFS):
		return "磁盘只能读，不能写"
	case errors.As(err, &dns):
		return "域名 " + dns.Name + " 解析不了"
	case distrusted(err):
		return "证书不被信任，是不是证书过期、域名不符或证书链不全"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "对方没有开这个端口"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "网络不通"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "等了很久没有应答"
	case errors.Is(err, syscall.ECONNRESET):
		return "对方中途断开"
	}
	return err.Error()
}

// distrusted reports whether a certificate is why there is no connection.
func distrusted(err error) bool {
	var wrong *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &wrong) || errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid)
}

// cannotListen says why an address could not be listened at, and what to do.
func cannotListen(address string, err error) error {
	const addressInUse = syscall.Errno(10048) // what Windows calls it
	switch {
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, addressInUse):
		return fmt.Errorf("监听地址 %s 已被占用。是不是已有一个 anyuebot 或别的程序在用？请先停掉它，或用 ANYUE_LISTEN 换一个端口", address)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("这台机器没有 %s 这个地址。请把 ANYUE_LISTEN 改成 127.0.0.1:端口，由反向代理转过来", address)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("没有权限监听 %s：小于 1024 的端口要管理员权限。请用 127.0.0.1:8080，由反向代理转过来", address)
	}
	return fmt.Errorf("监听不了 %s：%s", address, because(err))
}
